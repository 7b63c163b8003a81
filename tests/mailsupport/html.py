"""Reading our own pages in tests: tags with their attributes, and the words between them."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """`tags` holds (name, attributes) in order; `text` everything a reader sees."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[dict[str, str]]:
        """Attributes of every tag of that name."""
        return [attributes for tag, attributes in self.tags if tag == name]

    def ids(self) -> set[str]:
        """Every id on the page."""
        return {attributes["id"] for _tag, attributes in self.tags if "id" in attributes}
