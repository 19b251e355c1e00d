"""The overview of the API names what there is, and nothing else."""

import re
from pathlib import Path

from click.testing import CliRunner

from oncall.cli import _ACTIONS, main
from oncall.doors.api.actions import VERBS

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
ROW = re.compile(r"^\| `([a-z-]+)` \|([^|]*)\| `oncall ([a-z-]+) ([^`]*)` \|$", re.MULTILINE)


def test_every_verb_has_its_row_with_all_that_it_takes() -> None:
    rows = {verb: set(re.findall(r"`([a-z_]+)`", takes)) for verb, takes, _, _ in ROW.findall(TEXT)}

    taken = {verb.word: {field.alias or name for name, field in verb.body.model_fields.items()} for verb in VERBS}
    assert rows == taken


def test_every_command_of_the_overview_is_one() -> None:
    commands = [command for _, _, command, _ in ROW.findall(TEXT)]

    assert sorted(commands) == sorted(_ACTIONS)
    for command in commands:
        assert CliRunner().invoke(main, (command, "--help")).exit_code == 0
