"""VADER: a rule-based sentiment score for short English texts (Hutto & Gilbert 2014)."""

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


class Analyzer:
    """A drop-in for vaderSentiment's `SentimentIntensityAnalyzer`, equal to the last digit."""

    def __init__(self) -> None:
        self._package = SentimentIntensityAnalyzer()

    def polarity_scores(self, text: str) -> dict[str, float]:
        """Return `neg`, `neu`, `pos` (shares of the text, 0..1) and `compound` (-1..1) of `text`."""
        scores: dict[str, float] = self._package.polarity_scores(text)
        return scores
