"""Work out once for all tests of a process what a process of the service works out once: values that never change."""

from sqlalchemy.dialects import registry


def warm_statements() -> None:
    """Let every engine made from now on share the SQL that others of its kind have compiled."""
    for name, dialect in (("postgresql.psycopg", "WarmPostgres"), ("sqlite", "WarmSqlite")):
        registry.register(name, f"{__name__}.statements", dialect)


def warm_pages() -> None:
    """Let every application made from now on share the templates and the routes that others have compiled."""
    # Here and not at the top: tests of the pure packages load no web.
    from tests.warm import pages  # noqa: PLC0415

    pages.warm()
