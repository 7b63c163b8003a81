"""What people see, as objects: each knows how to reach its page and what can be done there.

Names of buttons are the Japanese ones, because that is what is on the screen.
"""

import io
import re
from collections.abc import Sequence

from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, Response, expect

WORDS = "昨日あたりから全然メールがきません"
# Checklist 1: the way to "the mailbox is full".
FULL_MAILBOX = (
    "出ていない",
    "届いていない",
    "会社のアドレス全部",
    "ふつうに開く",
    "上限に近い",
)


def photo(name: str = "IMG_0412.png") -> FilePayload:
    """A small PNG as a file input takes it."""
    data = io.BytesIO()
    Image.new("RGB", (20, 20), "green").save(data, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": data.getvalue()}


def follow(locator: Locator) -> None:
    """Click what leads to another page, and wait until that page and its style sheets are there: a check that
    looks at once sees links without their room."""
    with locator.page.expect_navigation():
        locator.click()


class Screen:
    """One page of the site in one window."""

    path = "/"

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, query: str = "") -> Response | None:
        """Go there by its address."""
        return self.page.goto(self.path + query)

    @property
    def heading(self) -> Locator:
        """The one heading of the first order."""
        return self.page.locator("h1")

    def button(self, words: str) -> Locator:
        """A button by what stands on it."""
        return self.page.get_by_role("button", name=words)

    def link(self, words: str) -> Locator:
        """A link by what stands on it."""
        return self.page.get_by_role("link", name=words)


class Search(Screen):
    """The search field and the answers below it, on the search page and on the home page."""

    path = "/search/"

    @property
    def field(self) -> Locator:
        """Where they type."""
        return self.page.locator("#q")

    @property
    def hits(self) -> Locator:
        """Links to the articles found, the best first."""
        return self.page.locator("#answers .hits a")

    @property
    def ask(self) -> Locator:
        """The way out: none of these."""
        return self.page.locator("#answers .suggest .b.go")

    def type(self, words: str) -> None:
        """As a keyboard without conversion does."""
        self.field.press_sequentially(words)

    def convert(self, kana: Sequence[str], words: str) -> None:
        """As a Japanese keyboard does: kana stand there unfinished, growing, and become words at the end."""
        self.field.focus()
        keyboard = self.page.context.new_cdp_session(self.page)
        for unfinished in kana:
            at = len(unfinished)
            composition = {"text": unfinished, "selectionStart": at, "selectionEnd": at}
            keyboard.send("Input.imeSetComposition", composition)
        if words:
            keyboard.send("Input.insertText", {"text": words})

    def send(self) -> None:
        """Press the button."""
        follow(self.page.locator("form.ask .b.go"))

    def keys(self) -> list[str]:
        """Keys of the articles found."""
        found = [re.search(r"/faq/([\w-]+)/", link.get_attribute("href") or "") for link in self.hits.all()]
        return [match[1] for match in found if match]


class Home(Search):
    """Search, symptoms, what often helps."""

    path = "/"

    def symptom(self, words: str) -> None:
        """Choose one of the buttons."""
        follow(self.page.locator(".symptoms a", has_text=words))


class ArticlePage(Screen):
    """One answer of the knowledge base."""

    @property
    def steps(self) -> Locator:
        """What to do, one after the other."""
        return self.page.locator(".prose.run > ol > li")

    @property
    def host_note(self) -> Locator:
        """What holds with the server company that was chosen."""
        return self.page.locator("#hosts dl")

    def choose_host(self, name: str) -> None:
        """Say which company runs the server."""
        self.page.locator("#host").select_option(label=name)
        follow(self.button("この会社の案内を見る"))

    def solved(self) -> None:
        """Say that it helped."""
        follow(self.button("はい、解決しました"))


class Walk(Screen):
    """A checklist: one question a page, then the outcome."""

    path = "/checklists/nothing-arrives/"

    def begin(self) -> None:
        """From the page before the first question."""
        follow(self.button("最初の質問へ"))

    def answer(self, words: str) -> None:
        """Choose the answer that begins with these words, and go on."""
        self.page.locator(".choice", has_text=words).first.click()
        follow(self.page.locator("main form .b.go"))

    def walk(self, answers: Sequence[str] = FULL_MAILBOX) -> None:
        """All questions, to the outcome."""
        self.begin()
        for words in answers:
            self.answer(words)

    def did_not_help(self) -> None:
        """On to the request."""
        follow(self.link("解決しない・相談する"))


class TicketForm(Screen):
    """The four steps of a request."""

    path = "/tickets/new/"

    @property
    def known(self) -> list[str]:
        """Questions that a row answers instead."""
        buttons = self.page.locator("main form [name=change]")
        return [button.get_attribute("value") or "" for button in buttons.all()]

    def row(self, words: str) -> Locator:
        """An answer that stands there with a way to change it."""
        return self.page.locator("dl.check > div", has_text=words)

    def change(self, words: str) -> None:
        """Have the question of a row back."""
        follow(self.row(words).locator(".ch").locator("a, button"))

    def what(self, words: str = "", symptom: str = "") -> None:
        """Step 1; what is left out stays as it is."""
        if symptom:
            self.page.locator(f"[name=symptom][value={symptom}]").check()
        if words:
            self.page.locator("[name=words]").fill(words)
        self.on()

    def when(self, address: str = "info@yamadaya.example", photos: Sequence[FilePayload] = ()) -> None:
        """Step 2: since yesterday, and work stands still; what is known already is not asked."""
        if "since" not in self.known:
            self.page.locator("[name=since][value=yesterday]").check()
        if "affected_address" not in self.known:
            self.page.locator("[name=affected_address]").fill(address)
        if "work_stopped" not in self.known:
            self.page.locator("[name=work_stopped][value=yes]").check()
        if photos:
            self.page.locator("[name=photos]").set_input_files(photos)
        self.on()

    def who(self, phone: str = "090-0000-0000", email: str = "", name: str = "山田 和子") -> None:
        """Step 3."""
        self.page.locator("[name=name]").fill(name)
        self.page.locator("[name=phone]").fill(phone)
        self.page.locator("[name=email]").fill(email)
        self.on()

    def send(self) -> None:
        """Step 4."""
        follow(self.button("この内容で相談を送る"))

    def on(self) -> None:
        """The solid button of the step."""
        follow(self.page.locator("main form .b.go"))


class Tracking(Screen):
    """The page of a request, as its client sees it."""

    @property
    def number(self) -> str:
        """The receipt number, without spaces."""
        return re.sub(r"\s", "", self.page.locator(".receipt").inner_text())

    @property
    def messages(self) -> Locator:
        """What was said, the newest first."""
        return self.page.locator(".thread .msg")

    @property
    def stage(self) -> Locator:
        """Where it stands, in one of four words."""
        return self.page.locator(".track [aria-current]")

    def reply(self, words: str) -> None:
        """Write back."""
        self.page.locator("#reply textarea").fill(words)
        self.button("返事を送る").click()
        expect(self.messages.first).to_contain_text(words)


class Find(Screen):
    """To a request by receipt number and phone."""

    path = "/tickets/find/"

    def find(self, number: str, phone: str) -> None:
        """Fill in both and look."""
        self.page.locator("[name=number]").fill(number)
        self.page.locator("[name=phone]").fill(phone)
        follow(self.button("状況を見る"))


class AdminHome(Screen):
    """The first page of the staff."""

    path = "/admin/"

    def log_in(self, name: str, password: str = "a-long-password-1") -> None:
        """Through the page that asks for it."""
        self.open()
        self.page.locator("[name=username]").fill(name)
        self.page.locator("[name=password]").fill(password)
        follow(self.page.locator("#login-form [type=submit]"))
        expect(self.page.locator(".counts")).to_be_visible()

    def count(self, words: str) -> str:
        """The number under one of the four headings."""
        number = self.page.locator(".counts a", has_text=words).locator("b")
        return re.sub(r"\D", "", number.inner_text())


class AdminQueue(Screen):
    """All requests that wait for us."""

    path = "/admin/tickets/ticket/"

    @property
    def rows(self) -> Locator:
        """One a request."""
        return self.page.locator("#result_list tbody tr")

    def open_top(self) -> None:
        """The page of the first one."""
        follow(self.rows.first.locator("th a"))


class AdminTicket(Screen):
    """A request, as staff see it."""

    @property
    def facts(self) -> Locator:
        """What is known, beside the thread."""
        return self.page.locator("aside.right")

    @property
    def text(self) -> Locator:
        """What staff write."""
        return self.page.locator("#reply textarea")

    def insert(self, title: str) -> None:
        """Put a suggested article into the text."""
        self.page.locator(".sug li", has_text=title).get_by_role("button").click()

    def talk(self, kind: str, words: str = "") -> None:
        """Reply, note, ask or resolve."""
        self.page.locator(f"#reply [name=kind][value={kind}]").check()
        if words:
            self.text.press("Control+Home")
            self.page.keyboard.insert_text(words + "\n\n")
        self.page.locator("#reply [name=talk]").click()
        expect(self.page.locator(".messagelist .success")).to_be_visible()

    def resolve(self, cause: str, words: str) -> None:
        """With the real cause."""
        self.page.locator("#reply [name=kind][value=resolve]").check()
        self.page.locator("#reply [name=cause]").select_option(label=cause)
        self.talk("resolve", words)
