"""Knowledge as files: loaded twice it is loaded once, exported it loads to the same."""

import re
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from faq.models import (
    Answer,
    Article,
    ArticleText,
    Cause,
    Checklist,
    IndexedText,
    Outcome,
    Phrase,
    Question,
    Version,
)
from faq.rules import toml
from faq.rules.content import ArticleFile, dump_article, parse_article, tidy
from faq.search.index import state
from faq.services.content import SHIPPED, export, load, read, stored
from faq.services.publish import save_text
from faq.services.walk import begin, walk_by_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small copy of the shipped knowledge: two articles, no checklist."""
    for name in ("ja", "en", "checklists"):
        (tmp_path / name).mkdir()
    for name in ("causes.toml", "categories.toml"):
        shutil.copy(SHIPPED / name, tmp_path)
    write(tmp_path, "first", 'causes = ["mailbox-full"]\nphrases = ["来ない"]', "[次](faq:second)")
    write(tmp_path, "second", "", "本文")
    return tmp_path


def write(folder: Path, key: str, front: str, body: str) -> Path:
    path = folder / "ja" / f"{key}.md"
    head = f'key = "{key}"\ncategory = "not-receiving"\ntitle = "題 {key}"\nsummary = "要約"'
    path.write_text(f"+++\n{head}\n{front}\n+++\n{body}\n", "utf-8")
    return path


def test_the_shipped_knowledge_is_loaded_rendered_and_indexed(knowledge: None) -> None:
    assert Article.objects.public().count() >= 20
    assert not ArticleText.objects.filter(html="").exists()
    assert state().current
    assert Version.objects.get(checklist__slug="nothing-arrives").number == 1


def test_loading_again_changes_nothing(knowledge: None) -> None:
    before = ArticleText.history.count()
    report = load()
    there = stored()
    kinds = (there.causes, there.categories, there.articles, there.checklists, there.hosts)
    assert len(report.unchanged) == sum(map(len, kinds))
    assert not report.created + report.updated + report.kept
    assert ArticleText.history.count() == before


def test_what_is_exported_is_what_is_there(knowledge: None, tmp_path: Path) -> None:
    Phrase.objects.create(article=Article.objects.earliest("pk"), text='「"」と\\ +++')
    text = ArticleText.objects.filter(language="ja").first()
    assert text
    text.body, text.note = '一行\r\n\r\n+++\r\n""" \'x\' \\', "a\tb"
    text.status, text.sources = "archived", ["a\nb"]
    save_text(text=text, by=None)
    export(tmp_path)
    assert read(tmp_path) == stored()
    report = load(tmp_path, overwrite=True)
    assert not report.created
    assert read(tmp_path) == stored()


def test_a_changed_file_replaces_the_row_and_its_index(folder: Path) -> None:
    load(folder)
    write(folder, "first", 'phrases = ["一通も届かない"]', "[次](faq:second) 改めた")
    report = load(folder)
    assert report.updated == ["ja/first.md"]
    text = ArticleText.objects.get(article__key="first")
    assert text.html == '<p><a href="/faq/second/">次</a> 改めた</p>'
    assert [phrase.text for phrase in text.article.phrases.all()] == ["一通も届かない"]
    assert text.article.causes.count() == 0
    assert IndexedText.objects.filter(article=text.article).count() == 1


def test_what_staff_edited_stays_unless_told_otherwise(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(folder)
    text = ArticleText.objects.get(article__key="first")
    text.title = "スタッフの題"
    save_text(text=text, by=None)
    Cause.objects.filter(slug="mailbox-full").update(name_ja="満杯")
    write(folder, "first", "", "新しい本文")
    call_command("load_knowledge", folder)
    said = capsys.readouterr().out
    assert "ja/first.md: edited in the admin, not overwritten (use --overwrite)" in said
    assert "causes.toml: mailbox-full: edited" in said
    text.refresh_from_db()
    assert text.title == "スタッフの題"
    load(folder, overwrite=True)
    text.refresh_from_db()
    assert text.title == "題 first"
    assert Cause.objects.get(slug="mailbox-full").name_ja != "満杯"


@pytest.mark.parametrize(
    ("front", "body", "words"),
    [
        ('causes = ["gone"]', "x", "ja/second.md: the cause 'gone' does not exist"),
        ("", "[x](faq:gone)", "ja/second.md: the link faq:gone leads nowhere"),
        ("", "[x](javascript:alert)", "ja/second.md: a link may not lead"),
        ('colour = "red"', "x", "unknown name colour"),
        ('minutes = "long"', "x", "minutes is a number"),
        ("order = ", "x", "ja/second.md: "),
        ('audience = "all"', "x", "audience 'all' is none of public, staff"),
    ],
)
def test_a_fault_is_one_line_and_nothing_is_loaded(folder: Path, front: str, body: str, words: str) -> None:
    write(folder, "second", front, body)
    with pytest.raises(CommandError) as raised:
        call_command("load_knowledge", folder)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not Article.objects.exists()
    assert not Cause.objects.exists()


def test_a_file_that_changed_makes_a_version_and_walks_keep_theirs(knowledge: None, tmp_path: Path) -> None:
    export(tmp_path)
    version = Version.objects.get(checklist__slug="nothing-arrives")
    walk = begin(checklist=version.checklist)
    path = tmp_path / "checklists" / "nothing-arrives.toml"
    path.write_text(path.read_text("utf-8").replace("出ていない", "出ていません"), "utf-8")
    assert load(tmp_path).updated == ["checklists/nothing-arrives.toml"]
    assert [v.number for v in version.checklist.versions.filter(status="published")] == [2]
    kept = walk_by_token(walk.token)
    assert kept
    assert kept.version == version


def test_a_checklist_that_goes_round_is_refused(knowledge: None, tmp_path: Path) -> None:
    export(tmp_path)
    path = tmp_path / "checklists" / "nothing-arrives.toml"
    path.write_text(path.read_text("utf-8").replace('to = "webmail"', 'to = "outage"'), "utf-8")
    with pytest.raises(CommandError, match="in a circle: outage > outage"):
        call_command("load_knowledge", tmp_path)


def linking(text: str, link: str) -> str:
    """A checklist file whose first outcome with steps begins them with a link."""
    return re.sub(r'(steps_ja = """\n)', rf"\g<1>{link}\n\n", text, count=1)


def test_lists_may_link_to_each_other_whichever_comes_first(knowledge: None, tmp_path: Path) -> None:
    export(tmp_path)
    Checklist.objects.all().delete()
    path = tmp_path / "checklists" / "nothing-arrives.toml"
    text = path.read_text("utf-8")
    link = "[続きの質問](checklist:suspicious)"
    path.write_text(linking(text, link), "utf-8")
    assert len(load(tmp_path).created) == 8
    assert Outcome.objects.filter(steps_ja__contains=link).exists()


@pytest.mark.parametrize("slug", ["staff-sheet", "no-such-list"])
def test_no_text_links_to_a_list_that_clients_cannot_walk(knowledge: None, tmp_path: Path, slug: str) -> None:
    export(tmp_path)
    path = tmp_path / "checklists" / "nothing-arrives.toml"
    text = path.read_text("utf-8")
    path.write_text(linking(text, f"[x](checklist:{slug})"), "utf-8")
    with pytest.raises(CommandError, match=slug):
        call_command("load_knowledge", tmp_path)
    assert not Version.objects.filter(checklist__slug="nothing-arrives", number=2).exists()


def test_a_text_without_english_is_exported_and_loaded(knowledge: None, tmp_path: Path) -> None:
    Question.objects.filter(key="outage").update(text_en="")
    Answer.objects.filter(question__key="outage").update(text_en="")
    Outcome.objects.filter(key="outage").update(title_en="", reason_en="", steps_en="")
    assert read_back(tmp_path) == stored()


def read_back(folder: Path) -> object:
    """What is there, written and read."""
    export(folder)
    return read(folder)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3), st.none() | st.integers(0, 999))
def test_an_article_survives_its_file(title: str, body: str, phrases: list[str], minutes: int | None) -> None:
    article = ArticleFile(
        key="a",
        language="ja",
        title=title or "t",
        summary="s",
        body=tidy(body),
        category="c",
        phrases=tuple(phrases),
        minutes=minutes,
    )
    assert parse_article(dump_article(article), language="ja", file="a.md") == article


@given(st.dictionaries(st.sampled_from("abcd"), TEXTS | st.booleans() | st.integers(0, 9) | st.lists(TEXTS)))
def test_the_writer_writes_what_tomllib_reads(table: dict[str, object]) -> None:
    import tomllib

    assert tomllib.loads(toml.dumps(table)) == table
