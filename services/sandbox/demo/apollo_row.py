"""One row of the demo's Apollo export, with the quirks that untouched exports have."""

from urllib.parse import quote

from services.sandbox.companies import Company
from services.sandbox.dice import Dice, hex_id
from services.sandbox.people import Person

_OWNER = "owner@agency.example.com"
_SENIORITIES = {"c_suite": "C suite", "vp": "Vp", "head": "Head", "director": "Director", "manager": "Manager"}
_DEPARTMENTS = {
    "sales": ("Sales", "Sales, Business Development"),
    "marketing": ("Marketing", "Demand Generation, Marketing"),
    "engineering": ("Engineering & Technical", "Software Development"),
    "operations": ("Operations", "Revenue Operations"),
    "finance": ("Finance", "Accounting, Financial Planning & Analysis"),
    "product": ("Product Management", "Product Development"),
    "human resources": ("Human Resources", "Recruiting & Talent Acquisition"),
}
_LISTS = ("Q3 list", 'Q3 list, "Priority" list', "Test (1), Test (2)", "Conference, follow-up")
_KEYWORDS = (
    "lead generation;b2b;saas;e-commerce;consulting, advisory;24/7 support;ai/ml;.net;c++;c#;r&d;naïve bayes;"
    "supply chain;data pipelines;customer success;enterprise software;analytics;mobile;cloud;services"
)
_TECHNOLOGIES = "Gmail, Google Apps;Outlook, Microsoft Office 365, Salesforce;Cloudflare DNS, Hubspot;"
_STREETS = (
    "1 Test St, Suite 200",
    "22 Sample Rd",
    "Prüfgasse 3",
    "〒100-0001 東京都千代田区テスト1-1",
    "улица Тестовая 1",
)


def cells(person: Person) -> dict[str, str]:
    """Return the row by column; a column without an entry is blank."""
    dice = Dice("apollo demo", person.key)
    return {
        **_who(person, dice),
        **_mail(person, dice),
        **_phones(person, dice),
        **_company(person.employer, dice),
        **_records(person, dice),
    }


def _who(person: Person, dice: Dice) -> dict[str, str]:
    departments, sub_departments = _DEPARTMENTS[person.department]
    slug = person.linkedin
    if not person.name.isascii():
        slug = quote(f"{person.name.lower().replace(' ', '-')}-{slug.rsplit('-', 1)[1]}")
    return {
        "First Name": person.first_name + ("\u00a0" if dice.chance(1) else ""),
        "Last Name": person.last_name + ("\u200b" if dice.chance(1) else ""),
        "Title": _title(person, dice),
        "Seniority": _SENIORITIES.get(person.seniority, person.seniority.title()),
        "Departments": "C-Suite" if person.seniority == "c_suite" else departments,
        "Sub Departments": sub_departments,
        "Person Linkedin Url": "" if dice.chance(2) else f"http://www.linkedin.com/in/{slug}",
        "Address": f"{person.city}, {person.state}",
        "City": person.city,
        "State": person.state,
        "Country": person.country,
    }


def _title(person: Person, dice: Dice) -> str:
    quirk = dice.below(40)
    if quirk == 0:
        return f" {person.title}"
    if quirk == 1:
        return f'{person.title} - "Special Projects"'
    return f"{person.title}\n& Advisor" if quirk == 2 else person.title


def _mail(person: Person, dice: Dice) -> dict[str, str]:
    status = dice.pick(("Verified",) * 15 + ("Extrapolated", "Unavailable", "Unavailable", "User Managed"))
    known = status != "Unavailable"
    second = dice.chance(15)
    checked = f"2026-0{dice.between(1, 9)}-{dice.between(10, 28)}T0{dice.below(10)}:31:00+00:00"
    return {
        "Email": person.email if known else "",
        "Email Status": status,
        "Primary Email Source": "Apollo" if known else "",
        "Primary Email Verification Source": "Apollo" if known else "",
        "Email Confidence": "0.8" if status == "Extrapolated" else "",
        "Primary Email Catch-all Status": dice.pick(("Not Catch-all", "Not Catch-all", "Catch-all", "")),
        "Primary Email Last Verified At": checked if status == "Verified" else "",
        "Secondary Email": f"{person.id[:6]}@mail.example.com" if second else "",
        "Secondary Email Source": "Apollo" if second else "",
        "Secondary Email Status": "Verified" if second else "",
    }


def _phones(person: Person, dice: Dice) -> dict[str, str]:
    direct, mobile = int(person.id[:3], 16) % 100, int(person.id[3:6], 16) % 100
    extension = "9-999-999-9999---9999"
    return {
        "Work Direct Phone": f"'+1 415-555-01{direct:02}" if dice.chance(20) else "",
        "Mobile Phone": f"'+1 628-555-01{mobile:02}" if dice.chance(30) else "",
        "Other Phone": extension if dice.chance(1) else "",
        "Do Not Call": "true" if dice.chance(3) else "false",
    }


def _company(company: Company, dice: Dice) -> dict[str, str]:
    always = Dice("apollo demo company", company.domain)
    phone = f"'+1 212-555-01{always.below(100):02}" if always.chance(70) else ""
    street = always.pick(_STREETS)
    return {
        "Company Name": company.legal_name,
        "Company Name for Emails": company.name,
        "# Employees": str(company.employees),
        "Industry": company.industry,
        "Keywords": _keywords(always),
        "Website": f"http://www.{company.domain}",
        "Company Linkedin Url": f"http://www.linkedin.com/company/{company.linkedin}",
        "Twitter Url": f"https://twitter.com/{company.linkedin}" if always.chance(30) else "",
        "Corporate Phone": phone,
        "Company Phone": phone,
        "Company Address": f"{street}, {company.city}, {company.state}, {company.country}",
        "Company City": company.city,
        "Company State": company.state,
        "Company Country": company.country,
        "Technologies": always.pick(_TECHNOLOGIES.split(";")),
        "Parent company (Apollo data)": "Parent Example Holdings, Inc." if always.chance(5) else "",
        "SIC Codes": always.pick(("7372", "7372, 7373", "")),
        "NAICS Codes": always.pick(("54151", "511210, 541511", "")),
        "Apollo Account Id": "" if dice.chance(4) else company.id,
        **_money(company),
    }


def _keywords(dice: Dice) -> str:
    known = _KEYWORDS.split(";")
    first, number = dice.below(len(known)), 240 if dice.chance(6) else dice.between(0, 14)
    rounds = ((known[(first + at) % len(known)], at // len(known)) for at in range(number))
    return ", ".join(word if not again else f"{word} {again}" for word, again in rounds)


def _money(company: Company) -> dict[str, str]:
    return {
        "Annual Revenue": str(company.revenue),
        "Total Funding": str(company.funding) if company.funding else "",
        "Latest Funding": company.stage,
        "Latest Funding Amount": str(company.funding // 2) if company.funding else "",
        "Last Raised At": "2023-08-01T00:00:00+00:00" if company.stage else "",
    }


def _records(person: Person, dice: Dice) -> dict[str, str]:
    return {
        "Contact Owner": _OWNER,
        "Account Owner": _OWNER,
        "Stage": dice.pick(("Cold",) * 9 + ("Approaching",)),
        "Lists": dice.pick(_LISTS),
        "Email Open": "false",
        "Email Bounced": "false",
        "Replied": "false",
        "Demoed": "false",
        "Number of Retail Locations": "0" if dice.chance(10) else "",
        "Apollo Contact Id": hex_id(24, "contact", person.key),
        "Apollo Record Id": hex_id(24, "record", person.key),
    }
