"""Text as it is compared, never as it is shown."""

import unicodedata


def fold(text: str) -> str:
    """Full-width to half-width, half-width kana to full-width, compatibility forms to plain ones (NFKC),
    without blanks at the ends. People type ｉｎｆｏ＠ and ０９０ and mean info@ and 090."""
    return unicodedata.normalize("NFKC", text).strip()
