"""A guess at the encoding of text that is older than Unicode."""

import codecs

from charset_normalizer import from_bytes

from services.ingest.reading.errors import UnreadableEncoding

# In each of these a byte below 0x30 stands for the ASCII character, so delimiters, quotes and line ends can be
# found without decoding; EBCDIC and the escape-switched encodings are left out for that reason.
LEGACY_ENCODINGS = frozenset(
    {
        *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
        *("iso8859-1", "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9", "iso8859-15"),
        *("koi8-r", "koi8-u", "mac-roman", "cp437", "cp850", "cp852", "cp866", "cp874"),
        *("cp932", "shift_jis", "euc_jp", "gb18030", "gbk", "big5", "cp949", "euc_kr"),
    },
)
_DEFAULT = "cp1252"
_GUESSABLE = [
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("koi8_r", "mac_roman", "cp850", "cp932", "gb18030", "big5", "cp949", "euc_jp"),
]


def guess_legacy_encoding(sample: bytes) -> str:
    """Return the likeliest encoding of cells that are not UTF-8; cp1252 where there is little to go by."""
    high_bytes = [byte for byte in sample if byte >= 0x80]
    undefined = sample.decode(_DEFAULT, "replace").count("\ufffd")
    if len(set(high_bytes)) < 3 and not undefined:
        return _DEFAULT
    best = from_bytes(sample, cp_isolation=_GUESSABLE, preemptive_behaviour=False).best()
    if best is not None:
        return _DEFAULT if _DEFAULT in best.could_be_from_charset else codecs.lookup(best.encoding).name
    if undefined * 10 <= len(high_bytes):
        return _DEFAULT
    raise UnreadableEncoding(
        "The file is neither UTF-8 nor in an encoding that could be recognised; save it as UTF-8 and upload it "
        "again, or name its encoding.",
    )
