"""Whichever command runs, the tables that a table refers to are known to it."""

import pkgutil
import subprocess
import sys

from oncall import store

ALONE = """
import importlib, os, sys
import sqlalchemy.orm
from oncall.store.base import Base
for name in sys.argv[1:]:
    if os.fork() == 0:
        importlib.import_module("oncall.store." + name)
        for table in Base.metadata.tables.values():
            try:
                [key.column for key in table.foreign_keys]
            except sqlalchemy.exc.NoReferencedTableError as error:
                print(name, error)
        sys.stdout.flush()
        os._exit(0)
    os.wait()
"""


def test_each_module_brings_along_the_tables_that_its_own_refer_to() -> None:
    names = [module.name for module in pkgutil.iter_modules(store.__path__)]
    ran = subprocess.run([sys.executable, "-c", ALONE, *names], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    assert "messages" in names
