"""Other companies' services: OpenAI, SendGrid, Google, Slack."""

from datetime import timedelta

from infra.settings.variables.kinds import milliseconds, secret, text, whole
from infra.settings.variables.variable import Party, Setting, Variable

VARIABLES = (
    Variable(
        name="OPENAI_API_KEY",
        kind=secret("a key of OpenAI, which begins with sk-", r"^sk-[!-~]{6,}$"),
        description="The key for OpenAI's API.",
        source=Setting(required=True),
        party=Party.OPENAI,
    ),
    Variable(
        name="OPENAI_MODEL",
        kind=text("a model's name", r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$"),
        description="The model that is asked.",
        source=Setting(default="gpt-4-turbo"),
    ),
    Variable(
        name="OPENAI_MAX_TOKENS",
        kind=whole(1, 128_000, "tokens"),
        description="The longest answer.",
        source=Setting(default=4000),
    ),
    Variable(
        name="OPENAI_TIMEOUT",
        kind=milliseconds(timedelta(seconds=1), timedelta(minutes=10)),
        description="How long an answer may take.",
        source=Setting(default=timedelta(seconds=30)),
    ),
    Variable(
        name="SENDGRID_API_KEY",
        kind=secret("a key of SendGrid, which begins with SG.", r"^SG\.[!-~]{6,}$"),
        description="The key for SendGrid's API.",
        source=Setting(required=True),
        party=Party.SENDGRID,
    ),
    Variable(
        name="SENDGRID_FROM_EMAIL",
        kind=text("an e-mail address", r"^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"),
        description="The sender of e-mails; its domain is verified at SendGrid.",
        source=Setting(otherwise="noreply@ and the host of `BASE_URL`"),
    ),
    Variable(
        name="SENDGRID_FROM_NAME",
        kind=text("a name of at most 100 characters", r"^[^\x00-\x1f<>\x22]{1,100}$"),
        description="The sender's name.",
        source=Setting(default="Jobr"),
    ),
    Variable(
        name="GOOGLE_CLIENT_ID",
        kind=text(
            "a client id of Google, which ends with .apps.googleusercontent.com",
            r"^[A-Za-z0-9_-]+\.apps\.googleusercontent\.com$",
        ),
        description="The client under which people log in with Google.",
        source=Setting(),
        beside="GOOGLE_CLIENT_SECRET",
    ),
    Variable(
        name="GOOGLE_CLIENT_SECRET",
        kind=secret("a secret without spaces", r"^[!-~]{8,}$"),
        description="That client's secret.",
        source=Setting(),
        party=Party.GOOGLE,
    ),
    Variable(
        name="SLACK_BOT_TOKEN",
        kind=secret("a bot's token of Slack, which begins with xoxb-", r"^xoxb-[!-~]{6,}$"),
        description="The token with which the application posts to Slack.",
        source=Setting(),
        party=Party.SLACK,
    ),
)
