"""Figures to what the templates print: texts, classes and coordinates, one function per section."""
