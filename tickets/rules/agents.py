"""Device and browser from a user agent, by plain rules: enough to know which steps to give."""

_DEVICES = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"),
            ("Windows", "Windows"), ("Macintosh", "Mac"), ("Linux", "Linux"))  # fmt: skip
# The first that fits: everybody claims to be Safari, and most claim to be Chrome.
_BROWSERS = (("Line/", "LINE"), ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"),
             ("CriOS", "Chrome"), ("FxiOS", "Firefox"), ("Firefox", "Firefox"), ("Chrome/", "Chrome"),
             ("Safari/", "Safari"))  # fmt: skip


def device(user_agent: str) -> str:
    """iPhone, Windows, …; "" where it does not say."""
    return next((name for sign, name in _DEVICES if sign in user_agent), "")


def browser(user_agent: str) -> str:
    """Chrome, Safari, …; "" where it does not say."""
    return next((name for sign, name in _BROWSERS if sign in user_agent), "")
