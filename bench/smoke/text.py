words = []
for i in range(3000):
    words.append(f"{i:04d}-{i * i:x}")
text = " ".join(words)
count = {}
for c in text:
    count[c] = count.get(c, 0) + 1
print(len(text), text.upper().count("A"), text.split()[-1], text.replace("0", "zero")[:30], sorted(count.items())[:5])
print(len("".join(reversed(text))), text.find("2999"), "é€".join(words[:50]).encode()[:20])
