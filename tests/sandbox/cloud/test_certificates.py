import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from sandbox.cloud import certificates
from sandbox.cloud.errors import CloudError
from sandbox.home import Home


def test_the_same_certificate_comes_back_while_it_is_good(tmp_path: Path) -> None:
    home = Home(tmp_path)
    first = [path.read_bytes() for path in certificates.issue(home, "db", addresses=["127.77.1.10"])]
    assert [path.read_bytes() for path in certificates.issue(home, "db", addresses=["127.77.1.10"])] == first


def test_other_names_get_another_certificate(tmp_path: Path) -> None:
    home = Home(tmp_path)
    first = certificates.issue(home, "db", addresses=["127.77.1.10"])[0].read_bytes()
    certificate = certificates.issue(home, "db", addresses=["127.77.1.10"], dns_names=["db.local"])[0].read_bytes()
    assert certificate != first
    names = x509.load_pem_x509_certificate(certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert names.value.get_values_for_type(x509.DNSName) == ["db.local"]


def test_an_expired_authority_is_replaced_and_its_certificates_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    monkeypatch.setattr(certificates, "AUTHORITY_LIFETIME", timedelta(days=1))
    old = certificates.issue(home, "db", addresses=["127.77.1.10"])[0].read_bytes()
    monkeypatch.undo()
    new = certificates.issue(home, "db", addresses=["127.77.1.10"])[0].read_bytes()
    authority = x509.load_pem_x509_certificate(home.certificate_authority.read_bytes())
    x509.load_pem_x509_certificate(new).verify_directly_issued_by(authority)
    assert new != old


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    home = Home(tmp_path)
    certificate, key = certificates.issue(home, "db", addresses=["127.77.1.10"])
    key.write_text("half a ke")
    certificates.issue(home, "db", addresses=["127.77.1.10"])
    assert "PRIVATE KEY" in key.read_text()
    assert "CERTIFICATE" in certificate.read_text()


def test_private_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path)
    _, key = certificates.issue(home, "db", addresses=["127.77.1.10"])
    authority_key = home.certificate_authority.with_suffix(".key")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (key, authority_key)] == [0o600, 0o600]


def test_a_file_where_the_folder_should_be_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CloudError, match=r"a file stands where a folder is needed.*SANDBOX_HOME"):
        certificates.ensure_authority(Home(tmp_path / "file"))
