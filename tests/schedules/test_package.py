"""What the package promises as a whole."""

import subprocess
import sys

import schedules


def test_import_leaves_the_heavy_libraries_alone() -> None:
    program = "import sys, schedules; print(sorted({'pendulum', 'holidays'} & set(sys.modules)))"

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_every_exported_name_is_there() -> None:
    assert [name for name in schedules.__all__ if not hasattr(schedules, name)] == []
    assert schedules.__all__ == sorted(schedules.__all__)
