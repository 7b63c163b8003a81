#!/usr/bin/env python3
"""Django's command line for mailsupport."""

import os
import secrets
import sys

from django.core.management import execute_from_command_line

STANDALONE = {"rank"}
"""Commands that use neither database nor cookies: they run before `make run` has made a secret."""

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailsupport.settings")
    if STANDALONE & set(sys.argv[1:2]):
        os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    execute_from_command_line(sys.argv)
