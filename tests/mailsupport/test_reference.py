"""docs/settings.md is what the code says."""

import re

from mailsupport import env, reference


def test_the_file_is_made_from_the_code():
    assert reference.FILE.read_text() == reference.page(), "run: manage.py settings_reference"


def test_every_variable_has_words_and_no_words_are_left_over():
    names = [variable.name for variable in reference.variables()]
    assert len(names) >= 15
    assert set(names) == set(reference.WORDS)


def test_every_reader_is_known():
    source = (reference.HERE / "settings.py").read_text()
    used = set(re.findall(r"\benv\.(\w+)\(", source)) - {"secret_key"}
    assert len(used) > 5
    assert used <= set(reference._KINDS)
    assert all(hasattr(env, reader) for reader in reference._KINDS)


def test_limits_and_defaults_are_the_codes():
    page = reference.page()
    assert "## `PORT`\n*whole number from 1 to 65535; default: `8000`*" in page
    assert "## `DEBUG`\n*True or False; default: `False`*" in page
    assert "## `FIND_BY_NUMBER`\n*True or False; default: `True`*" in page
    assert "## `LOG_FORMAT`\n*one of `line`, `json`; default: `line`*" in page
