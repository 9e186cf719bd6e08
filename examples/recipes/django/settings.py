"""The settings that matter behind nginx and session-gateway. The others are as in every Django project."""
import os

from django.core.management.utils import get_random_secret_key

SECRET_KEY = os.environ.get("SECRET_KEY") or get_random_secret_key()
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]  # your site's name
ROOT_URLCONF = "app"
LOGIN_URL = "/login"
# nginx says here how the browser has come, and lets no client say so.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# No SessionMiddleware: sessions are the gateway's.
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.csrf.CsrfViewMiddleware", "app.GatewayUserMiddleware"]
AUTHENTICATION_BACKENDS = ["app.GatewayUserBackend", "django.contrib.auth.backends.ModelBackend"]

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "/run/recipe/users.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [os.path.dirname(os.path.abspath(__file__))]}]
