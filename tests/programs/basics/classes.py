# Classes, inheritance, methods, attributes, str and repr.
class Animal:
    kind = "animal"
    def __init__(self, name):
        self.name = name
    def speak(self):
        return f"{self.name} makes a sound"
    def __repr__(self):
        return f"Animal({self.name!r})"
class Dog(Animal):
    def __init__(self, name, tricks=()):
        super().__init__(name)
        self.tricks = list(tricks)
    def speak(self):
        return super().speak() + ": woof"
    def __len__(self):
        return len(self.tricks)
    def __eq__(self, other):
        return isinstance(other, Dog) and self.name == other.name
    def __add__(self, trick):
        return Dog(self.name, self.tricks + [trick])
    @property
    def best(self):
        return self.tricks[-1] if self.tricks else None
    @staticmethod
    def species():
        return "canis"
    @classmethod
    def named(cls, name):
        return cls(name)
a, d = Animal("cat"), Dog("rex", ["sit"])
print(a, d, a.speak(), d.speak(), len(d), d.best, (d + "roll").best, d == Dog("rex"), d == a, d.kind)
print(Dog.species(), Dog.named("x").name, isinstance(d, Animal), issubclass(Dog, Animal), type(d).__name__)
d.age = 5
Animal.kind = "beast"
print(d.age, d.kind, vars(d), hasattr(d, "zip"), getattr(d, "zip", None))
