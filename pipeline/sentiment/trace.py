"""What `Analyzer` notes while it scores a text, for `explain`; scoring without one notes nothing and costs nothing."""

from dataclasses import dataclass, field

from pipeline.sentiment.lexicon import RuleWord
from pipeline.sentiment.phrases import Phrase


@dataclass(slots=True)
class Trace:
    """One scoring, as `pipeline.sentiment.explanation` reads it. Positions count tokens from 0."""

    text: str = ""
    """What is scored, emoji replaced by their descriptions."""
    tokens: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    """The positions of the words that are not neutral, in order."""
    valences: list[float] = field(default_factory=list)
    """Their valences by all rules except the one for "but"."""
    contributions: list[float] = field(default_factory=list)
    """Their valences by all rules: what is added up."""
    rule_words: dict[int, RuleWord] = field(default_factory=dict)
    """Rule words by position."""
    phrases: dict[int, Phrase] = field(default_factory=dict)
    """Phrases by the position where they begin."""
