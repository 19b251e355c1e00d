"""A document as YAML text that reads back as the same document."""

from __future__ import annotations

import io
from typing import Any

import yaml

from oncall.document.document import FORMAT, SECTIONS, Document
from oncall.document.fields import Spec

_WIDTH = 120
_LONGEST_ON_A_LINE = 100
_DEPTH_OF_OBJECTS = 2


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out, also what is there twice: the text is for people."""
        del data
        return True


def to_yaml(document: Document) -> str:
    """The document as text: sections in their order, short values on one line, nothing that has its default."""
    sections = {name: {key: spec.body() for key, spec in document.section(name).items()} for name in SECTIONS}
    data = {"version": FORMAT} | {name: objects for name, objects in sections.items() if objects}
    node = _Dumper(io.StringIO(), sort_keys=False).represent_data(data)
    _lay_out(node, 0)
    return str(yaml.serialize(node, Dumper=_Dumper, allow_unicode=True, width=_WIDTH))


def object_to_yaml(spec: Spec) -> str:
    """One object of the document as text, as it stands there under its id."""
    node = _Dumper(io.StringIO(), sort_keys=False).represent_data(spec.body())
    _lay_out(node, 1)
    return str(yaml.serialize(node, Dumper=_Dumper, allow_unicode=True, width=_WIDTH))


def _lay_out(node: yaml.Node, depth: int) -> int:
    """Choose one line or several for the node and what is in it; returns about how long one line would be."""
    if not isinstance(node, yaml.CollectionNode):
        text = str(node.value)
        if isinstance(node, yaml.ScalarNode) and not text.isprintable():
            node.style = '"'  # the only style in which the line breaks of every alphabet come back as they were
        return len(text)
    pairs = isinstance(node, yaml.MappingNode)
    inside = [part for pair in node.value for part in pair] if pairs else list(node.value)
    length = sum(_lay_out(part, depth + 1) + len(", ") for part in inside)
    node.flow_style = not node.value or (depth > _DEPTH_OF_OBJECTS and length <= _LONGEST_ON_A_LINE)
    return length
