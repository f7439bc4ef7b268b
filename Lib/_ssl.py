"""What the ssl module is built on: contexts with their settings, certificates of authorities, in-memory buffers, errors.

There is no TLS library behind it yet: contexts can be made and configured, and wrapping a socket or a buffer raises SSLError.
Programs that only prepare for TLS, or decide by its exceptions, run; connections do not.
"""

import binascii as _binascii
import os as _os

ALERT_DESCRIPTION_ACCESS_DENIED = 49
ALERT_DESCRIPTION_BAD_CERTIFICATE = 42
ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE = 114
ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE = 113
ALERT_DESCRIPTION_BAD_RECORD_MAC = 20
ALERT_DESCRIPTION_CERTIFICATE_EXPIRED = 45
ALERT_DESCRIPTION_CERTIFICATE_REVOKED = 44
ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN = 46
ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE = 111
ALERT_DESCRIPTION_CLOSE_NOTIFY = 0
ALERT_DESCRIPTION_DECODE_ERROR = 50
ALERT_DESCRIPTION_DECOMPRESSION_FAILURE = 30
ALERT_DESCRIPTION_DECRYPT_ERROR = 51
ALERT_DESCRIPTION_HANDSHAKE_FAILURE = 40
ALERT_DESCRIPTION_ILLEGAL_PARAMETER = 47
ALERT_DESCRIPTION_INSUFFICIENT_SECURITY = 71
ALERT_DESCRIPTION_INTERNAL_ERROR = 80
ALERT_DESCRIPTION_NO_RENEGOTIATION = 100
ALERT_DESCRIPTION_PROTOCOL_VERSION = 70
ALERT_DESCRIPTION_RECORD_OVERFLOW = 22
ALERT_DESCRIPTION_UNEXPECTED_MESSAGE = 10
ALERT_DESCRIPTION_UNKNOWN_CA = 48
ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY = 115
ALERT_DESCRIPTION_UNRECOGNIZED_NAME = 112
ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE = 43
ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION = 110
ALERT_DESCRIPTION_USER_CANCELLED = 90
CERT_NONE = 0
CERT_OPTIONAL = 1
CERT_REQUIRED = 2
ENCODING_DER = 2
ENCODING_PEM = 1
HOSTFLAG_ALWAYS_CHECK_SUBJECT = 1
HOSTFLAG_MULTI_LABEL_WILDCARDS = 8
HOSTFLAG_NEVER_CHECK_SUBJECT = 32
HOSTFLAG_NO_PARTIAL_WILDCARDS = 4
HOSTFLAG_NO_WILDCARDS = 2
HOSTFLAG_SINGLE_LABEL_SUBDOMAINS = 16
OP_ALL = 0x80000050
OP_CIPHER_SERVER_PREFERENCE = 0x400000
OP_ENABLE_KTLS = 8
OP_ENABLE_MIDDLEBOX_COMPAT = 0x100000
OP_IGNORE_UNEXPECTED_EOF = 128
OP_LEGACY_SERVER_CONNECT = 4
OP_NO_COMPRESSION = 0x20000
OP_NO_RENEGOTIATION = 0x40000000
OP_NO_SSLv2 = 0
OP_NO_SSLv3 = 0x2000000
OP_NO_TICKET = 0x4000
OP_NO_TLSv1 = 0x4000000
OP_NO_TLSv1_1 = 0x10000000
OP_NO_TLSv1_2 = 0x8000000
OP_NO_TLSv1_3 = 0x20000000
OP_SINGLE_DH_USE = 0
OP_SINGLE_ECDH_USE = 0
PROTOCOL_SSLv23 = 2
PROTOCOL_TLS = 2
PROTOCOL_TLS_CLIENT = 16
PROTOCOL_TLS_SERVER = 17
PROTOCOL_TLSv1 = 3
PROTOCOL_TLSv1_1 = 4
PROTOCOL_TLSv1_2 = 5
PROTO_MAXIMUM_SUPPORTED = -1
PROTO_MINIMUM_SUPPORTED = -2
PROTO_SSLv3 = 768
PROTO_TLSv1 = 769
PROTO_TLSv1_1 = 770
PROTO_TLSv1_2 = 771
PROTO_TLSv1_3 = 772
SSL_ERROR_EOF = 8
SSL_ERROR_INVALID_ERROR_CODE = 10
SSL_ERROR_SSL = 1
SSL_ERROR_SYSCALL = 5
SSL_ERROR_WANT_CONNECT = 7
SSL_ERROR_WANT_READ = 2
SSL_ERROR_WANT_WRITE = 3
SSL_ERROR_WANT_X509_LOOKUP = 4
SSL_ERROR_ZERO_RETURN = 6
VERIFY_ALLOW_PROXY_CERTS = 64
VERIFY_CRL_CHECK_CHAIN = 12
VERIFY_CRL_CHECK_LEAF = 4
VERIFY_DEFAULT = 0
VERIFY_X509_PARTIAL_CHAIN = 0x80000
VERIFY_X509_STRICT = 32
VERIFY_X509_TRUSTED_FIRST = 0x8000

HAS_ALPN = True
HAS_ECDH = True
HAS_NPN = False
HAS_PHA = False
HAS_PSK = False
HAS_SNI = True
HAS_SSLv2 = False
HAS_SSLv3 = False
HAS_TLS_UNIQUE = False
HAS_TLSv1 = False
HAS_TLSv1_1 = False
HAS_TLSv1_2 = True
HAS_TLSv1_3 = True

# The interface is that of this version; programs compare the number.
OPENSSL_VERSION_NUMBER = 0x30000000
OPENSSL_VERSION_INFO = (3, 0, 0, 0, 0)
OPENSSL_VERSION = "OpenSSL 3.0.0 (interface only, no TLS)"
_OPENSSL_API_VERSION = OPENSSL_VERSION_INFO
_DEFAULT_CIPHERS = "ALL:!COMPLEMENTOFDEFAULT:!eNULL"

_SUITES = (
    ("TLS_AES_256_GCM_SHA384", "TLSv1.3", 0x03001302, 256, "aes-256-gcm"),
    ("TLS_CHACHA20_POLY1305_SHA256", "TLSv1.3", 0x03001303, 256, "chacha20-poly1305"),
    ("TLS_AES_128_GCM_SHA256", "TLSv1.3", 0x03001301, 128, "aes-128-gcm"),
    ("ECDHE-ECDSA-AES256-GCM-SHA384", "TLSv1.2", 0x0300C02C, 256, "aes-256-gcm"),
    ("ECDHE-RSA-AES256-GCM-SHA384", "TLSv1.2", 0x0300C030, 256, "aes-256-gcm"),
    ("ECDHE-ECDSA-CHACHA20-POLY1305", "TLSv1.2", 0x0300CCA9, 256, "chacha20-poly1305"),
    ("ECDHE-RSA-CHACHA20-POLY1305", "TLSv1.2", 0x0300CCA8, 256, "chacha20-poly1305"),
    ("ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2", 0x0300C02B, 128, "aes-128-gcm"),
    ("ECDHE-RSA-AES128-GCM-SHA256", "TLSv1.2", 0x0300C02F, 128, "aes-128-gcm"),
)


class SSLError(OSError):
    """An error occurred in the SSL implementation."""

    __module__ = "ssl"
    library = None
    reason = None

    def __str__(self):
        if isinstance(self.strerror, str):
            return self.strerror
        return str(self.args)


class SSLZeroReturnError(SSLError):
    """SSL/TLS session closed cleanly."""

    __module__ = "ssl"


class SSLWantReadError(SSLError):
    """Non-blocking SSL socket needs to read more data
before the requested operation can be completed."""

    __module__ = "ssl"


class SSLWantWriteError(SSLError):
    """Non-blocking SSL socket needs to write more data
before the requested operation can be completed."""

    __module__ = "ssl"


class SSLSyscallError(SSLError):
    """System error when attempting SSL operation."""

    __module__ = "ssl"


class SSLEOFError(SSLError):
    """SSL/TLS connection terminated abruptly."""

    __module__ = "ssl"


class SSLCertVerificationError(SSLError, ValueError):
    """A certificate could not be verified."""

    __module__ = "ssl"
    verify_code = 0
    verify_message = ""


def _error(number, text, library="SSL", reason=None):
    e = SSLError(number, text)
    e.library, e.reason = library, reason
    return e


def _no_tls():
    return _error(1, "[SSL: NO_TLS] this build of Taipan has no TLS library", reason="NO_TLS")


class MemoryBIO:
    """A buffer between a TLS connection and whatever carries its bytes."""

    __module__ = "_ssl"

    def __init__(self):
        self._data = bytearray()
        self._ended = False

    def read(self, size=-1, /):
        """Read up to size bytes from the memory BIO.

If size is not specified, read the entire buffer.
If the return value is an empty bytes instance, this means either
EOF or that no data is available. Use the "eof" property to
distinguish between the two."""
        n = len(self._data) if size < 0 else min(size, len(self._data))
        out = bytes(self._data[:n])
        del self._data[:n]
        return out

    def write(self, b, /):
        """Writes the bytes b into the memory BIO.

Returns the number of bytes written."""
        if self._ended:
            raise _error(1, "cannot write() after write_eof()", library=None)
        with memoryview(b) as view:
            self._data += view
            return view.nbytes

    def write_eof(self, /):
        """Write an EOF marker to the memory BIO.

When all data has been read, the "eof" property will be True."""
        self._ended = True

    @property
    def pending(self):
        """The number of bytes pending in the memory BIO."""
        return len(self._data)

    @property
    def eof(self):
        """Whether the memory BIO is at EOF."""
        return self._ended and not self._data


class _Unmade:
    def __new__(cls, *args, **kwargs):
        raise TypeError(f"cannot create '{cls.__module__}.{cls.__qualname__}' instances")


class SSLSession(_Unmade):
    """A session that a later connection may resume."""

    __module__ = "_ssl"


class Certificate(_Unmade):
    """A certificate of a peer."""

    __module__ = "_ssl"


class _SSLSocket(_Unmade):
    """A TLS connection."""

    __module__ = "_ssl"


def _pem_blocks(text, kind):
    """The DER contents of the blocks of this kind."""
    begin, end = f"-----BEGIN {kind}-----", f"-----END {kind}-----"
    blocks = []
    for part in text.split(begin)[1:]:
        body, found, _ = part.partition(end)
        if not found:
            raise _error(1, "[PEM: BAD_END_LINE] bad end line", "PEM", "BAD_END_LINE")
        try:
            blocks.append(_binascii.a2b_base64("".join(body.split()), strict_mode=True))
        except _binascii.Error:
            raise _error(1, "[PEM: BAD_BASE64_DECODE] bad base64 decode", "PEM", "BAD_BASE64_DECODE") from None
    return blocks


def _is_der(data):
    """Whether this is one DER sequence."""
    if len(data) < 2 or data[0] != 0x30:
        return False
    n = data[1]
    if n < 0x80:
        return len(data) == n + 2
    n &= 0x7F
    return len(data) == int.from_bytes(data[2:2 + n]) + 2 + n


def _path(value, what):
    if not isinstance(value, (str, bytes)) and not hasattr(value, "__fspath__"):
        raise TypeError(f"{what} should be a valid filesystem path")
    return _os.fsdecode(value)


class _SSLContext:
    """The settings of TLS connections."""

    __module__ = "_ssl"

    def __new__(cls, protocol, /):
        if protocol not in (PROTOCOL_TLS, PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER, PROTOCOL_TLSv1_2):
            if protocol in (PROTOCOL_TLSv1, PROTOCOL_TLSv1_1):
                raise _error(1, "[SSL: UNSUPPORTED_PROTOCOL] unsupported protocol", reason="UNSUPPORTED_PROTOCOL")
            raise ValueError("invalid or unsupported protocol version")
        self = super().__new__(cls)
        is_client = protocol == PROTOCOL_TLS_CLIENT
        self._protocol = int(protocol)
        self._options = OP_ALL | OP_NO_SSLv3 | OP_NO_COMPRESSION | OP_CIPHER_SERVER_PREFERENCE
        self._options |= OP_SINGLE_DH_USE | OP_SINGLE_ECDH_USE | OP_ENABLE_MIDDLEBOX_COMPAT | OP_IGNORE_UNEXPECTED_EOF
        self._verify_mode = CERT_REQUIRED if is_client else CERT_NONE
        self._check_hostname = is_client
        self._verify_flags = VERIFY_X509_TRUSTED_FIRST
        self._minimum, self._maximum = PROTO_MINIMUM_SUPPORTED, PROTO_MAXIMUM_SUPPORTED
        self._flags = HOSTFLAG_NO_PARTIAL_WILDCARDS
        self._tickets = 2
        self._pha = False
        self._sni = self._message = self._keylog = None
        self._authorities = []
        self._chain = None
        self._protocols = ()
        self._suites = _SUITES
        return self

    def _setting(name, check=None, doc=None):
        def get(self):
            return getattr(self, name)

        def set(self, value):
            setattr(self, name, check(self, value) if check else value)

        return property(get, set, doc=doc)

    def _check_mode(self, value):
        value = int(value)
        if value not in (CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED):
            raise ValueError("invalid value for verify_mode")
        if value == CERT_NONE and self._check_hostname:
            raise ValueError("Cannot set verify_mode to CERT_NONE when check_hostname is enabled.")
        return value

    def _check_version(self, value):
        value = int(value)
        known = (PROTO_MINIMUM_SUPPORTED, PROTO_MAXIMUM_SUPPORTED, PROTO_SSLv3, PROTO_TLSv1, PROTO_TLSv1_1,
                 PROTO_TLSv1_2, PROTO_TLSv1_3)
        if value not in known:
            raise ValueError(f"Unsupported TLS/SSL version {value:#x}")
        if self._protocol not in (PROTOCOL_TLS, PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER):
            raise ValueError("The context's protocol doesn't support modification of highest and lowest version.")
        return value

    def _check_options(self, value):
        value = value.__index__()
        if value < 0:
            raise OverflowError("can't convert negative value to unsigned int")
        return value

    def _check_callback(self, value):
        if value is not None and not callable(value):
            raise TypeError("not a callable object")
        if self._protocol == PROTOCOL_TLS_CLIENT and value is not None:
            raise ValueError("sni_callback cannot be set on TLS_CLIENT context")
        return value

    def _check_message(self, value):
        if value is not None and not callable(value):
            raise TypeError(f"{value!r} is not callable.")
        return value

    def _check_tickets(self, value):
        value = int(value)
        if value < 0:
            raise ValueError("value must be non-negative")
        if self._protocol != PROTOCOL_TLS_SERVER:
            raise ValueError("not a server context")
        return value

    @property
    def check_hostname(self):
        return self._check_hostname

    @check_hostname.setter
    def check_hostname(self, value):
        self._check_hostname = bool(value)
        if value and self._verify_mode == CERT_NONE:
            self._verify_mode = CERT_REQUIRED

    verify_mode = _setting("_verify_mode", _check_mode)
    options = _setting("_options", _check_options)
    verify_flags = _setting("_verify_flags", lambda self, value: int(value))
    minimum_version = _setting("_minimum", _check_version)
    maximum_version = _setting("_maximum", _check_version)
    post_handshake_auth = _setting("_pha", lambda self, value: bool(value))
    num_tickets = _setting("_tickets", _check_tickets, "Control the number of TLSv1.3 session tickets.")
    sni_callback = _setting("_sni", _check_callback)
    keylog_filename = _setting("_keylog")
    _msg_callback = _setting("_message", _check_message)
    _host_flags = _setting("_flags", lambda self, value: int(value))
    protocol = property(lambda self: self._protocol)
    security_level = property(lambda self: 2, doc="The current security level.")

    del _setting, _check_mode, _check_version, _check_options, _check_callback, _check_message, _check_tickets

    def set_ciphers(self, cipherlist, /):
        """Choose the cipher suites by names; keywords of OpenSSL stand for all of them."""
        names = [n for n in cipherlist.replace(",", ":").replace(" ", ":").split(":") if n]
        words = ("ALL", "DEFAULT", "HIGH", "ECDHE", "AES", "CHACHA20", "EECDH", "AESGCM", "ECDH", "SSLv3", "TLSv1", "@SECLEVEL")
        chosen = [s for s in _SUITES if s[0] in names]
        if any(n.partition("=")[0].partition("+")[0] in words for n in names):
            chosen = list(_SUITES)
        if not any(s[1] == "TLSv1.2" for s in chosen):
            raise _error(0, "No cipher can be selected.", None, None)
        self._suites = [s for s in _SUITES if s[1] == "TLSv1.3" or s in chosen]

    def get_ciphers(self, /):
        """A description of each cipher suite."""
        out = []
        for name, version, number, bits, symmetric in self._suites:
            exchange = "any" if version == "TLSv1.3" else "ECDH"
            auth = "any" if version == "TLSv1.3" else name.split("-")[1]
            out.append({
                "id": number, "name": name, "protocol": version,
                "description": f"{name:<30} {version} Kx={exchange:<8} Au={auth:<5} Enc={symmetric.upper()}({bits}) Mac=AEAD",
                "strength_bits": bits, "alg_bits": bits, "aead": True, "symmetric": symmetric, "digest": None,
                "kea": "kx-any" if exchange == "any" else "kx-ecdhe", "auth": "auth-" + auth.lower(),
            })
        return out

    def _set_alpn_protocols(self, protos, /):
        data, names = bytes(protos), []
        while data:
            names.append(data[1:1 + data[0]])
            data = data[1 + data[0]:]
        self._protocols = tuple(names)

    def load_cert_chain(self, certfile, keyfile=None, password=None):
        """Read the certificates that this side shows, and their private key."""
        certfile = _path(certfile, "certfile")
        keyfile = certfile if keyfile is None else _path(keyfile, "keyfile")
        with open(certfile, encoding="latin-1") as f:
            certificates = _pem_blocks(f.read(), "CERTIFICATE")
        with open(keyfile, encoding="latin-1") as f:
            text = f.read()
        kinds = ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
        keys = [k for kind in kinds for k in _pem_blocks(text, kind) if "ENCRYPTED" not in text]
        if "ENCRYPTED" in text:
            raise _error(1, "[SSL] this build of Taipan reads no encrypted keys")
        if not certificates or not keys:
            raise _error(9, "[SSL] PEM lib", library="SSL")
        self._chain = certificates, keys[0]

    def load_dh_params(self, path, /):
        """Read parameters of a key exchange that TLS 1.3 has no use for."""
        with open(_path(path, "path"), encoding="latin-1") as f:
            if not _pem_blocks(f.read(), "DH PARAMETERS"):
                raise _error(1, "[PEM: NO_START_LINE] no start line", "PEM", "NO_START_LINE")

    def _add(self, certificates):
        for c in certificates:
            if not _is_der(c):
                raise _error(1, "[ASN1: HEADER_TOO_LONG] header too long", "ASN1", "HEADER_TOO_LONG")
            if c not in self._authorities:
                self._authorities.append(c)

    def load_verify_locations(self, cafile=None, capath=None, cadata=None):
        """Read certificates of authorities."""
        if cafile is None and capath is None and cadata is None:
            raise TypeError("cafile, capath and cadata cannot be all omitted")
        if cafile is not None:
            cafile = _path(cafile, "cafile")
        if capath is not None:
            capath = _path(capath, "capath")
        if cadata is not None:
            if isinstance(cadata, str):
                if not cadata.isascii():
                    raise ValueError("cadata should be an ASCII string or a bytes-like object")
                found = _pem_blocks(cadata, "CERTIFICATE")
                if not found:
                    raise _error(1, "no start line: cadata does not contain a certificate", None, None)
            else:
                try:
                    data = bytes(memoryview(cadata))
                except TypeError:
                    raise ValueError("cadata should be an ASCII string or a bytes-like object") from None
                found = []
                while data:
                    n = data[1] if len(data) > 1 else 0
                    more = n & 0x7F if n >= 0x80 else 0
                    end = 2 + more + (int.from_bytes(data[2:2 + more]) if more else n)
                    if data[0] != 0x30 or end > len(data):
                        raise _error(1, "not enough data: cadata does not contain a certificate", None, None)
                    found.append(data[:end])
                    data = data[end:]
                if not found:
                    raise ValueError("Empty certificate data")
            self._add(found)
        if cafile is not None:
            with open(cafile, encoding="latin-1") as f:
                found = _pem_blocks(f.read(), "CERTIFICATE")
            if not found:
                raise _error(136, "[X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate or crl found", "X509",
                             "NO_CERTIFICATE_OR_CRL_FOUND")
            self._add(found)

    def set_default_verify_paths(self, /):
        """Read the certificates of authorities that the system has."""
        variable, default, _, _ = get_default_verify_paths()
        path = _os.environ.get(variable, default)
        if _os.path.isfile(path):
            self.load_verify_locations(path)

    def set_ecdh_curve(self, name, /):
        """Choose the curve of the key exchange."""
        if _os.fsdecode(name) not in ("prime256v1", "secp256r1", "secp384r1", "secp521r1", "X25519", "X448"):
            raise ValueError(f"unknown elliptic curve name {name!r}")

    def session_stats(self, /):
        """Counts of sessions; there are none."""
        return dict.fromkeys(
            ("number", "connect", "connect_good", "connect_renegotiate", "accept", "accept_good", "accept_renegotiate",
             "hits", "misses", "timeouts", "cache_full"), 0)

    def cert_store_stats(self, /):
        """Returns quantities of loaded X.509 certificates.

X.509 certificates with a CA extension and certificate revocation lists
inside the context's cert store."""
        return {"x509": len(self._authorities), "crl": 0, "x509_ca": len(self._authorities)}

    def get_ca_certs(self, /, binary_form=False):
        """The certificates of authorities that were loaded."""
        if not binary_form:
            raise _error(1, "[X509] this build of Taipan gives certificates in binary form only")
        return list(self._authorities)

    def set_psk_client_callback(self, /, callback):
        raise NotImplementedError("TLS-PSK is not supported")

    def set_psk_server_callback(self, /, callback, identity_hint=None):
        raise NotImplementedError("TLS-PSK is not supported")

    def _wrap_socket(self, /, sock, server_side, server_hostname=None, *, owner=None, session=None):
        raise _no_tls()

    def _wrap_bio(self, /, incoming, outgoing, server_side, server_hostname=None, *, owner=None, session=None):
        raise _no_tls()


def RAND_add(string, entropy, /):
    """Mix string into the state of the random generator, which takes its entropy from the system."""


def RAND_bytes(n, /):
    """Generate n cryptographically strong pseudo-random bytes."""
    if n < 0:
        raise ValueError("num must be positive")
    return _os.urandom(n)


def RAND_status():
    """Returns True if the random generator has been seeded with enough data."""
    return True


def get_default_verify_paths():
    """Where certificates of authorities are: names of variables, and what they default to."""
    return "SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt", "SSL_CERT_DIR", "/etc/ssl/certs"


_OBJECTS = (
    (129, "serverAuth", "TLS Web Server Authentication", "1.3.6.1.5.5.7.3.1"),
    (130, "clientAuth", "TLS Web Client Authentication", "1.3.6.1.5.5.7.3.2"),
    (131, "codeSigning", "Code Signing", "1.3.6.1.5.5.7.3.3"),
    (132, "emailProtection", "E-mail Protection", "1.3.6.1.5.5.7.3.4"),
    (13, "CN", "commonName", "2.5.4.3"),
    (85, "subjectAltName", "X509v3 Subject Alternative Name", "2.5.29.17"),
)


def txt2obj(txt, name=False):
    """Lookup NID, short name, long name and OID of an ASN1_OBJECT.

By default objects are looked up by OID. With name=True short and
long name are also matched."""
    for entry in _OBJECTS:
        if txt == entry[3] or name and txt in entry[1:3]:
            return entry
    raise ValueError(f"unknown object '{txt}'")


def nid2obj(nid, /):
    """Lookup NID, short name, long name and OID of an ASN1_OBJECT by NID."""
    if nid < 0:
        raise ValueError("NID must be positive.")
    for entry in _OBJECTS:
        if entry[0] == nid:
            return entry
    raise ValueError(f"unknown NID {nid}")
