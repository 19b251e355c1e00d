"""What a page says when the database is away."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import make_url

from oncall.operations.context import Context
from oncall.settings import Settings
from tests.oncall.doors.web.people import Person


def test_without_a_database_the_page_says_to_try_again(
    person: Callable[[str], Person], settings: Settings, context: Context
) -> None:
    bo = person("bo")
    context.database.dispose()
    file = Path(str(make_url(settings.database_url).database))
    file.rename(file.with_suffix(".away"))
    file.mkdir()

    answer = bo.get("/")

    assert answer.status_code == 503
    assert "Its database is away" in answer.text
