"""The first steps of a rebuild: what was told, into temporary tables of the transaction."""

from uuid import UUID

from shared.postgres import Connection

_SETTINGS = {
    "TimeZone": "UTC",
    "work_mem": "192MB",
    # The answers' JSON is read by as many processes as the server allows; the planner thinks too little of it.
    "parallel_setup_cost": "100",
    "parallel_tuple_cost": "0",
    "min_parallel_table_scan_size": "1MB",
    # Of the temporary tables only sizes and numbers of distinct values matter: a small sample tells those.
    "default_statistics_target": "10",
    "plan_cache_mode": "force_custom_plan",
    # Every step joins whole tables of the batch. Where the planner expects a handful of rows it would loop, and a
    # wrong guess then costs seconds for a few hundred leads.
    "enable_nestloop": "off",
}


async def prepare(connection: Connection) -> None:
    """Set this transaction up for work over a whole batch."""
    for name, value in _SETTINGS.items():
        await connection.execute("SELECT set_config($1, $2, true)", name, value)


async def look_rows_up(connection: Connection) -> None:
    """Let what follows loop where the planner likes: a batch's rows are few beside those that the tables hold."""
    await connection.execute("SELECT set_config('enable_nestloop', 'on', true)")


async def read_into(connection: Connection, table: str, query: str, *ids: UUID) -> None:
    """Keep the rows of a compiled query in a temporary table of this transaction."""
    await connection.execute(f"CREATE TEMP TABLE {table} ON COMMIT DROP AS {query}", *ids)
    await connection.execute(f"ANALYZE {table} {_COUNTED[table]}")


# What the planner must know of a table; to count the rest takes longer than it saves.
_COUNTED = {
    "read_answers": "(batch_item_id, source_no)",
    "read_tellings": "(batch_item_id, source_no, company_name)",
    "listed_addresses": "(batch_item_id)",
    "told_companies": "",
    "addresses": "(batch_item_id)",
}


async def collect_unread(connection: Connection) -> int:
    """Make the temporary table `unread_paths` of what could not be read; return how many paths there are."""
    collected = await connection.execute(
        """
        CREATE TEMP TABLE unread_paths ON COMMIT DROP AS
        SELECT DISTINCT batch_item_id, source_no, result_id, unnest(unread) AS json_path
        FROM (
            SELECT batch_item_id, source_no, result_id, unread FROM read_answers WHERE unread IS NOT NULL
            UNION ALL
            SELECT batch_item_id, source_no, result_id, unread FROM read_tellings WHERE unread IS NOT NULL
            UNION ALL
            SELECT batch_item_id, source_no, result_id, unread FROM listed_addresses WHERE unread IS NOT NULL
        ) AS told
        """
    )
    return int(collected.split()[-1])


async def first_unread(connection: Connection, limit: int) -> list[dict[str, object]]:
    """Return the first of the paths that could not be read: item, source_no, result and path."""
    rows = await connection.fetch(
        """
        SELECT batch_item_id, source_no, result_id, json_path
        FROM unread_paths
        ORDER BY batch_item_id, source_no, json_path COLLATE "C"
        LIMIT $1
        """,
        limit,
    )
    return [dict(row) for row in rows]
