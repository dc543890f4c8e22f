"""Where one embedded cloud lives: its folder, its loopback addresses and the environment that pins everything to it."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
REGION = "us-east-1"
ACCOUNT_ID = "123456789012"
PORT = 4566
FIRST_DATABASE = 10
DATABASES = 200


@dataclass(frozen=True)
class Home:
    """One embedded cloud. Each has a /24 of 127.64.0.0/10 by its folder, so that several run side by side.

    All of 127.0.0.0/8 is loopback on Linux without further set-up (RFC 1122, section 3.2.1.3).
    """

    root: Path

    @classmethod
    def current(cls) -> "Home":
        """The cloud that SANDBOX_HOME names, else the project's own `.sandbox` folder."""
        return cls(Path(os.environ.get("SANDBOX_HOME") or PROJECT / ".sandbox").resolve())

    @property
    def subnet(self) -> str:
        """The first three bytes of every address of this cloud, such as "127.77.17"; one of 16,256."""
        digest = hashlib.sha256(str(self.root).encode()).digest()
        return f"127.{64 + digest[1] % 64}.{1 + digest[0] % 254}"

    @property
    def address(self) -> str:
        """The address of the AWS endpoint."""
        return f"{self.subnet}.1"

    def database_address(self, index: int) -> str:
        """The address of the index-th database instance (0 to 199); all listen on the port that the stack declares."""
        if not 0 <= index < DATABASES:
            raise ValueError(f"an embedded cloud has addresses for {DATABASES} databases, not for number {index}")
        return f"{self.subnet}.{FIRST_DATABASE + index}"

    @property
    def endpoint(self) -> str:
        """The URL at which every AWS service answers."""
        return f"https://{self.address}:{PORT}"

    @property
    def certificate_authority(self) -> Path:
        """The PEM file of the authority that signed every certificate of this cloud."""
        return self.root / "tls" / "ca.pem"

    @property
    def log(self) -> Path:
        """The log of the embedded AWS."""
        return self.root / "cloud.log"

    def environment(self) -> dict[str, str]:
        """Variables that pin the AWS SDKs to this cloud, with dummy credentials and no way to find real ones."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CA_BUNDLE": str(self.certificate_authority),
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_SESSION_TOKEN": "sandbox",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "SANDBOX_HOME": str(self.root),
        }
