"""The settings. Everything that differs between places comes from the environment (env.py)."""

import mimetypes
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from mailsupport import env

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.path("MAILSUPPORT_VAR", BASE_DIR / "var")

DEBUG = env.boolean("DEBUG")
SECRET_KEY = env.secret_key(VAR_DIR / "secret")
PORT = env.integer("PORT", 8000, low=1, high=65535)
SITE_URL = env.site_url("SITE_URL", f"http://127.0.0.1:{PORT}")
SITE_HOST = urlsplit(SITE_URL).hostname or "127.0.0.1"
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = sorted({SITE_HOST, "127.0.0.1", "localhost", "[::1]"})
# Addresses of our own reverse proxies; only their X-Forwarded-For and -Proto are believed.
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")

INSTALLED_APPS = [
    "mailsupport.apps.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "django_htmx",
    "csp",
    "axes",
    "simple_history",
    "import_export",
    "mailsupport",
    "faq",
    "tickets",
]

MIDDLEWARE = [
    "mailsupport.middleware.client_address",
    "mailsupport.middleware.request_line",
    # Knows the scheme by now; everything else is spared for a page that is the same for everybody.
    "faq.pagecache.page_cache",
    "django.middleware.security.SecurityMiddleware",
    # Outside whitenoise, which answers for static files itself: those carry the policy, too.
    "mailsupport.middleware.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    # Knows the language of what it says; nothing before it reads a body.
    "mailsupport.uploads.body_cap",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "mailsupport.urls"
WSGI_APPLICATION = "mailsupport.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mailsupport.context.site",
            ],
        },
    },
]

DATABASES = {"default": env.database("DATABASE_URL", VAR_DIR / "mailsupport.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_CLIENT_IP_CALLABLE = "mailsupport.lib.limits.address_of"
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]
AXES_VERBOSE = False

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "mailsupport" / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = env.path("MEDIA_ROOT", VAR_DIR / "media")
# Modes are per file, never by a process-wide umask (SECURITY.md row 5).
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
mimetypes.add_type("text/javascript", ".js", strict=True)

# Uploads: 5 files of 10 MB and the words around them. What is longer is refused unread; servers in front
# should refuse it as well.
UPLOAD_FILES = 5
UPLOAD_BYTES = 10 * 1024 * 1024
BODY_BYTES = 60 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
DATA_UPLOAD_MAX_NUMBER_FILES = UPLOAD_FILES * 2
FILE_UPLOAD_HANDLERS = [
    "mailsupport.uploads.CappedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

MAIL_DIR = VAR_DIR / "mail"
_mail = env.mail("EMAIL_URL", MAIL_DIR)
MAIL_IS_SENT = "EMAIL_HOST" in _mail
globals().update(_mail)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"mailsupport@{SITE_HOST}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

CRISPY_ALLOWED_TEMPLATE_PACKS = "mailsupport"
CRISPY_TEMPLATE_PACK = "mailsupport"
CRISPY_FAIL_SILENTLY = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_MAILSUPPORT_SCHEME", "https") if HTTPS else None
_prefix = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_prefix}session"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
LANGUAGE_COOKIE_NAME = f"{_prefix}language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_ENGINE = "mailsupport.sessions"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "mailsupport.views.csrf_failure"

# Off only to measure what it saves (`make bench`).
PAGE_CACHE = env.boolean("PAGE_CACHE", default=True)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Limits that an operator may raise for a load test (`make bench` does).
TICKETS_PER_HOUR = env.integer("TICKETS_PER_HOUR", 10, low=1, high=1_000_000)
SEARCHES_PER_MINUTE = env.integer("SEARCHES_PER_MINUTE", 120, low=1, high=1_000_000)
FORM_SECONDS = env.integer("FORM_SECONDS", 3, low=0, high=60)
FIND_BY_NUMBER = env.boolean("FIND_BY_NUMBER", default=True)
IMPORT_EXPORT_TMP_STORAGE_CLASS = "mailsupport.lib.tables.ImportStorage"
SIMPLE_HISTORY_HISTORY_ID_USE_UUID = False

# Lets a monitor elsewhere read /metrics.
METRICS_TOKEN = env.token("METRICS_TOKEN")

LOG_FORMAT = env.choice("LOG_FORMAT", "line", "json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "number": {"()": "mailsupport.logs.Number"},
        "tokens": {"()": "mailsupport.logs.TokenMask"},
    },
    "formatters": {"line": {"()": "mailsupport.logs.Line"}, "json": {"()": "mailsupport.logs.Json"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["number", "tokens"],
        },
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        # The line of the request says 404 already, and Django's would quote the path unmasked.
        "django.request": {"level": "ERROR"},
        # Nor a traceback for every robot that sends nonsense: the line says 400, 403 or 413.
        "django.security": {"level": "CRITICAL"},
        # It warns for every try to connect; the error that follows says it once.
        "psycopg.pool": {"level": "ERROR"},
    },
}
