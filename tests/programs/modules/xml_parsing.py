# The XML parser's events, errors and their places; ElementTree and minidom over it.
import io
import xml.dom.minidom
import xml.etree.ElementTree as ET
import xml.sax
from xml.parsers import expat

HANDLERS = (
    "StartElement EndElement ProcessingInstruction CharacterData UnparsedEntityDecl NotationDecl StartNamespaceDecl "
    "EndNamespaceDecl Comment StartCdataSection EndCdataSection StartDoctypeDecl EndDoctypeDecl EntityDecl XmlDecl "
    "ElementDecl AttlistDecl SkippedEntity"
).split()


def run(document, namespaces=None, **settings):
    p = expat.ParserCreate(None, namespaces)
    for name, value in settings.items():
        setattr(p, name, value)
    for name in HANDLERS:
        def handler(*args, name=name):
            where = () if name.endswith("Decl") else (p.CurrentLineNumber, p.CurrentColumnNumber, p.CurrentByteIndex)
            print("  ", name, *map(repr, args), where)
        setattr(p, name + "Handler", handler)
    p.ExternalEntityRefHandler = lambda *args: print("   external", args) or 1
    try:
        p.Parse(document, True)
    except expat.ExpatError as e:
        print("  ", e, e.code, e.lineno, e.offset, p.ErrorByteIndex)


DOCUMENTS = [
    "<a>x&amp;y<b c='1' d=\"2\"/>\n z</a>",
    "<?xml version='1.0' encoding='utf-8' standalone='yes'?><!DOCTYPE a [<!ENTITY e 'x<b>y</b>'><!ENTITY % p 'q'>"
    "<!ELEMENT a (b,(c|d)*,e?)+><!ELEMENT b (#PCDATA|x)*><!ELEMENT c EMPTY><!ATTLIST a k CDATA 'v&#65;' l (x|y) #REQUIRED "
    "m NMTOKENS ' a  b '><!NOTATION n SYSTEM 'n.exe'><!ENTITY u SYSTEM 'u.gif' NDATA n>]>\n"
    "<a l=' x '>&e;&#x41;<![CDATA[a]]b\nc]]><?t  data ?><!--cc--></a>\n<!-- end -->",
    "<x:a xmlns:x='u'><x:b y='1' x:z='2' xmlns='d'><c/></x:b></x:a>",
    "<a>é€😀\r\nb</a>",
    "<!DOCTYPE a SYSTEM 'x.dtd'><a>&foo;</a>",
    "<!DOCTYPE a PUBLIC '-//X' 'x.dtd' [<!ENTITY ext SYSTEM 'e.xml'>]><a>&ext;</a>",
]
for d in DOCUMENTS:
    print(d)
    run(d)
    run(d.encode(), " ")
    run(d, "}", namespace_prefixes=True, ordered_attributes=True, buffer_text=True)

for d in [
    "", "<", "<a", "<a>", "<a></b>", "<a><b></a>", "<a/><b/>", "text", "<a>&b;</a>", "<a>&", "<a b='1' b='2'/>", "<a b=c/>",
    "<a b='<'/>", "<a>&#0;</a>", "<a>]]></a>", "<a>\x01</a>", "<a><!-- -- --></a>", " <?xml version='1.0'?><a/>",
    "<?xml version='1.0' foo?><a/>", "<a/>junk", "<a/>&x;", "<1/>", "<a b ='1'c='2'/>", "<x:a/>",
    "<a xmlns:x='u' xmlns:y='u' x:a='1' y:a='2'/>", "<!DOCTYPE a [<!ENTITY x '&y;'><!ENTITY y '&x;'>]><a>&x;</a>",
    "<!DOCTYPE a [<!ENTITY x '<b>'>]><a>&x;</b></a>", "<a>\n<b>\n  </c></a>",
]:
    for namespaces in (None, " "):
        try:
            expat.ParserCreate(None, namespaces).Parse(d, True)
            print(repr(d), "fine")
        except expat.ExpatError as e:
            print(repr(d), e, e.code)

for handler in ("DefaultHandler", "DefaultHandlerExpand"):
    p, pieces = expat.ParserCreate(), []
    setattr(p, handler, pieces.append)
    p.Parse(DOCUMENTS[1], True)
    print(pieces)

print(ET.tostring(ET.fromstring(DOCUMENTS[1])))
print(xml.dom.minidom.parseString(DOCUMENTS[2]).toprettyxml(indent=" "))
parser = ET.XMLPullParser(["start", "end", "start-ns", "comment"])
for piece in ("<a xmlns:q", "='u'><q:b>te", "xt</q:", "b><!--c--></a>"):
    parser.feed(piece)
    print([(event, getattr(x, "tag", x) if event != "comment" else x.text) for event, x in parser.read_events()])
try:
    ET.fromstring("<a>\n<b></a>")
except ET.ParseError as e:
    print(e, e.code, e.position)
for encoding in ("utf-8", "utf-16", "iso-8859-1", "cp1252", "us-ascii"):
    text = "<?xml version='1.0' encoding='%s'?><a>%s</a>" % (encoding, "e" if encoding == "us-ascii" else "é")
    print(encoding, ascii(ET.fromstring(text.encode(encoding)).text))


class Handler(xml.sax.ContentHandler):
    def startElement(self, name, attrs):
        print("start", name, dict(attrs))

    def characters(self, content):
        print("text", repr(content))


xml.sax.parse(io.BytesIO(b"<a b='c'>d<e/></a>"), Handler())
