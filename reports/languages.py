"""The languages X names in a post's `lang`, in words."""

from typing import Final

# X's own codes beside BCP 47: posts in which it found no words to judge.
NAMES: Final = {
    "am": "Amharic",
    "ar": "Arabic",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "ca": "Catalan",
    "cs": "Czech",
    "cy": "Welsh",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English without words",
    "es": "Spanish",
    "et": "Estonian",
    "eu": "Basque",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "gu": "Gujarati",
    "hi": "Hindi",
    "ht": "Haitian",
    "hu": "Hungarian",
    "in": "Indonesian",
    "is": "Icelandic",
    "it": "Italian",
    "iw": "Hebrew",
    "ja": "Japanese",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "mr": "Marathi",
    "ne": "Nepali",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sl": "Slovenian",
    "sr": "Serbian",
    "sv": "Swedish",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "tl": "Tagalog",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
    "art": "emoji only",
    "qam": "mentions only",
    "qct": "cashtags only",
    "qht": "hashtags only",
    "qme": "media only",
    "qst": "very short text",
    "und": "no clear language",
    "zxx": "no words",
}


def language(code: str | None) -> str:
    """Return a language's name; X's code itself where it has none here."""
    if not code:
        return "language unknown"
    return NAMES.get(code, NAMES.get(code.partition("-")[0], code[:12]))
