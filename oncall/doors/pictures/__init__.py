"""Pictures that are drawn on the server: a timeline of a schedule, as SVG without scripts."""
