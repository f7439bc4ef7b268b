# The ssl module's contexts, buffers and errors, as far as no connection is made.
import ssl

for protocol in (ssl.PROTOCOL_TLS_CLIENT, ssl.PROTOCOL_TLS_SERVER):
    c = ssl.SSLContext(protocol)
    print(c.protocol, c.verify_mode, c.check_hostname, c.verify_flags, c.minimum_version, c.maximum_version)
    print(ssl.OP_NO_SSLv3 in c.options, c.num_tickets, c.sni_callback, c.cert_store_stats(), c.security_level)
c = ssl.create_default_context()
print(c.verify_mode, c.check_hostname)
for f in (
    lambda: setattr(c, "verify_mode", ssl.CERT_NONE),
    lambda: setattr(c, "verify_mode", 17),
    lambda: c.load_verify_locations(),
    lambda: c.load_verify_locations(cadata=""),
    lambda: c.load_verify_locations(cadata="broken"),
    lambda: c.load_verify_locations("/no/such/file"),
    lambda: c.load_cert_chain("/no/such/file"),
    lambda: c.set_ciphers("NONSENSE"),
    lambda: c.set_alpn_protocols(["x" * 256]),
):
    try:
        print(f())
    except (ValueError, TypeError, OSError) as e:
        print(type(e).__name__, e)
c.check_hostname = False
c.verify_mode = ssl.CERT_NONE
c.minimum_version = ssl.TLSVersion.TLSv1_3
c.options |= ssl.OP_NO_TICKET
c.set_alpn_protocols(["h2", "http/1.1"])
print(c.verify_mode, c.minimum_version, ssl.OP_NO_TICKET in c.options)

b = ssl.MemoryBIO()
print(b.write(b"hello"), b.pending, b.eof, b.read(2), b.read(), b.read(), b.eof)
b.write_eof()
print(b.eof)
try:
    b.write(b"x")
except ssl.SSLError as e:
    print(type(e).__name__, e)
print(issubclass(ssl.SSLCertVerificationError, ValueError), issubclass(ssl.SSLError, OSError), ssl.SSLError.__module__)
print(str(ssl.SSLError(1, "text")), repr(ssl.SSLWantReadError(2, "x")), str(ssl.SSLError("one")))
print(ssl.Purpose.SERVER_AUTH.oid, ssl.HAS_SNI, ssl.HAS_ALPN, len(ssl.RAND_bytes(8)), ssl.RAND_status())
