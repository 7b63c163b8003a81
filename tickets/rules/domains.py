"""Domains of addresses, compared as the DNS compares them."""

from mailsupport.lib.text import fold


def domain_of(address: str) -> str:
    """The domain of `info@example.jp`, or of a bare `example.jp`: lower case, no dot at the end, IDNs as they
    are looked up (xn--…). "" where there is none.
    """
    text = fold(address).strip("<>").rpartition("@")[2]
    name = text.replace("。", ".").strip().strip(".").lower()
    if not name or any(c.isspace() for c in name):
        return ""
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def same_domain(a: str, b: str) -> bool:
    """Do two addresses or domains stand or fall together: the same domain, or one below the other?"""
    first, second = domain_of(a), domain_of(b)
    if not first or not second:
        return False
    return first == second or first.endswith("." + second) or second.endswith("." + first)
