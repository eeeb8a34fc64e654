"""Figures to what the templates print: texts, classes and coordinates. One module and one dataclass per section.

`report`, `account` and `index` put the sections of a page together.
"""
