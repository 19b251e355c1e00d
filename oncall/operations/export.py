"""Export the configuration as a document."""

from __future__ import annotations

from oncall.document.written import to_yaml
from oncall.operations.context import Context
from oncall.store import configuration, users


def export_document(context: Context) -> str:
    """The configuration that holds, as YAML; applied again it changes nothing."""
    with context.database.read() as session:
        return to_yaml(configuration.load(session, users.load(session).users))
