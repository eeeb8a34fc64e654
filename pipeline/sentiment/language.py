"""Which posts VADER can judge: it knows English words and emoji, and nothing else.

Macro recall on balanced thirds (chance .333) is .575 in English and .361 to .472 in seven other languages:
a score outside English is close to noise. Such posts get no score; they are counted as "not scored", never
as neutral.
"""

ENGLISH = "en"

# X's own codes for "no language found": undetermined, no linguistic content, and posts that are only media,
# hashtags, mentions, cashtags or too short to tell.
UNDETERMINED = frozenset({"und", "zxx", "qme", "qht", "qam", "qct", "qst", "art"})


def scorable(lang: str | None, cleaned: str) -> bool:
    """Return whether VADER can judge a post with X's `lang` and the words `cleaned`."""
    if lang != ENGLISH and lang not in UNDETERMINED:
        return False
    letters = [character for character in cleaned if character.isalpha()]
    latin = sum(character < "\u0250" for character in letters)
    return 2 * latin >= len(letters) and bool(cleaned)
