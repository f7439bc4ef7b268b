//! Classes: layout, method resolution order, lookup, creation, mutation. The methods of `type` are in `class_methods`.
//!
//! A class keeps its attributes in a dict with interned string keys. Two things are derived from the dicts along the MRO and
//! dropped when any of them changes (in this class and, through the registry of subclasses, in all that inherit from it):
//! - `version`, a number that no other state of any class ever had; inline caches and method caches compare it;
//! - `specials`, the table of special methods by index, filled on demand.
//!
//! Whoever fills a derived thing reads its container (version, table) *before* looking up, and a mutation changes the dict *before* it
//! replaces the container, so a stale result can only land in a container that nobody reads any more.

use crate::native::*;
use crate::objects::value_vec::Array;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::*};
use taipan_heap::{DYNAMIC_OFFSET, NewShape, SHAPES};

/// The root of a class's shape tree.
#[repr(transparent)]
pub struct ShapeField(AtomicU32);
impl Scan for ShapeField {
    fn scan(&self, v: &mut Visitor) {
        let id = self.0.load(Acquire);
        if id != 0 {
            v.shape(ShapeId(id));
        }
    }
}
impl ShapeField {
    pub const fn none() -> ShapeField {
        ShapeField(AtomicU32::new(0))
    }
    #[inline(always)]
    pub fn get(&self) -> ShapeId {
        ShapeId(self.0.load(Acquire))
    }
    pub fn set(&self, s: ShapeId) {
        self.0.store(s.0, Release)
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Class {
    header: Header,
    pub flags: AtomicU32,
    /// Unique to this state of the class; see the module page.
    pub version: AtomicU32,
    /// Root shape of instances.
    pub root: ShapeField,
    /// Shape of instances in dictionary mode, made on demand.
    pub dict_mode: ShapeField,
    /// Attribute slots reserved by `__slots__`, inherited ones included.
    pub reserved_slots: u32,
    /// Attribute slots inside an instance's cell.
    pub inline_slots: u32,
    pub name: Field,
    pub qualname: Field,
    /// Namespace.
    pub dict: RefField<Dict>,
    pub bases: RefField<Tuple>,
    pub mro: RefField<Tuple>,
    /// The base whose layout this class extends (`__base__`).
    pub base: RefField<Class>,
    specials: RefField<Array>,
    #[noscan]
    pub layout: &'static Layout,
    #[noscan]
    pub def: Option<&'static ClassDef>,
}

macro_rules! specials {
    ($($id:ident = $name:ident),* $(,)?) => {
        /// Special methods that the runtime looks up on the class implicitly.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(usize)]
        pub enum Special { $($id),* }
        /// Number of special methods.
        pub const SPECIALS: usize = [$(Special::$id),*].len();
        impl Special {
            /// The method's name.
            pub fn name(self) -> Ref<Str> {
                match self { $(Special::$id => names::$name()),* }
            }
        }
    };
}
specials! {
    Repr = __repr__, Str = __str__, Hash = __hash__, Call = __call__, Getattribute = __getattribute__, Getattr = __getattr__,
    Setattr = __setattr__, Delattr = __delattr__, Get = __get__, Set = __set__, Delete = __delete__,
    Lt = __lt__, Le = __le__, Eq = __eq__, Ne = __ne__, Gt = __gt__, Ge = __ge__,
    Iter = __iter__, Next = __next__, Len = __len__, LengthHint = __length_hint__, Getitem = __getitem__, Setitem = __setitem__, Delitem = __delitem__,
    Contains = __contains__, Missing = __missing__, Reversed = __reversed__, Bool = __bool__, Index = __index__, Int = __int__, Float = __float__,
    Complex = __complex__, Bytes = __bytes__, Format = __format__, Round = __round__, Trunc = __trunc__, Floor = __floor__, Ceil = __ceil__,
    Neg = __neg__, Pos = __pos__, Abs = __abs__, Invert = __invert__,
    Add = __add__, Sub = __sub__, Mul = __mul__, Truediv = __truediv__, Floordiv = __floordiv__, Mod = __mod__, Pow = __pow__,
    Lshift = __lshift__, Rshift = __rshift__, And = __and__, Or = __or__, Xor = __xor__, Matmul = __matmul__, Divmod = __divmod__,
    Radd = __radd__, Rsub = __rsub__, Rmul = __rmul__, Rtruediv = __rtruediv__, Rfloordiv = __rfloordiv__, Rmod = __rmod__, Rpow = __rpow__,
    Rlshift = __rlshift__, Rrshift = __rrshift__, Rand = __rand__, Ror = __ror__, Rxor = __rxor__, Rmatmul = __rmatmul__, Rdivmod = __rdivmod__,
    Iadd = __iadd__, Isub = __isub__, Imul = __imul__, Itruediv = __itruediv__, Ifloordiv = __ifloordiv__, Imod = __imod__, Ipow = __ipow__,
    Ilshift = __ilshift__, Irshift = __irshift__, Iand = __iand__, Ior = __ior__, Ixor = __ixor__, Imatmul = __imatmul__,
    Enter = __enter__, Exit = __exit__, Aenter = __aenter__, Aexit = __aexit__, Await = __await__, Aiter = __aiter__, Anext = __anext__,
    New = __new__, Init = __init__, Del = __del__, Instancecheck = __instancecheck__, Subclasscheck = __subclasscheck__,
    Fspath = __fspath__, Dir = __dir__, Sizeof = __sizeof__, Buffer = __buffer__, ReleaseBuffer = __release_buffer__, ClassGetitem = __class_getitem__, Mroentries = __mro_entries__, Class = __class__,
}

static NEXT_VERSION: AtomicU32 = AtomicU32::new(1);

/// Direct subclasses of each class, by cell word; weak: the collector's hook drops dead classes.
static SUBCLASSES: Mutex<Option<HashMap<u64, Vec<u64>>>> = Mutex::new(None);

impl Class {
    #[inline(always)]
    pub fn has_flag(&self, f: u32) -> bool {
        self.flags.load(Relaxed) & f != 0
    }
    pub fn set_flag(&self, f: u32, on: bool) {
        if on {
            self.flags.fetch_or(f, Relaxed)
        } else {
            self.flags.fetch_and(!f, Relaxed)
        };
    }
    pub fn is_heap(&self) -> bool {
        self.has_flag(class_flags::HEAP)
    }
    #[inline(always)]
    pub fn instance_shape(&self) -> ShapeId {
        self.root.get()
    }
    /// `__name__` as a Rust string, for messages.
    pub fn name_string(&self) -> String {
        self.name.get().downcast::<Str>().map_or_else(|| self.layout.name.to_owned(), |s| s.to_string_lossy())
    }
    /// The name with its module unless that is `builtins` (as `%T` in CPython's messages).
    pub fn full_name(&self) -> String {
        let q = self.qualname.get().downcast::<Str>().map_or_else(|| self.name_string(), |s| s.to_string_lossy());
        match self.module_string() {
            Some(m) if m != "builtins" && m != "__main__" => format!("{m}.{q}"),
            _ => q,
        }
    }
    /// `__module__` if it is a string.
    pub fn module_string(&self) -> Option<String> {
        if self.is_heap() {
            let v = self.dict.get()?.get_interned(names::__module__())?;
            v.downcast::<Str>().map(|s| s.to_string_lossy())
        } else {
            self.def.map(|d| d.module.to_owned())
        }
    }
    #[inline(always)]
    pub fn mro(&self) -> &[Value] {
        match self.mro.get() {
            // SAFETY: (lifetime) the tuple is kept alive by the class, or by the caller's stack if `__bases__` changes.
            Some(m) => unsafe { std::mem::transmute::<&[Value], &[Value]>(m.as_slice()) },
            None => &[],
        }
    }
    #[inline]
    pub fn is_subclass(&self, of: Ref<Class>) -> bool {
        std::ptr::eq(self, of.as_ptr()) || self.mro().contains(&of.value())
    }
    pub fn namespace(&self) -> Ref<Dict> {
        self.dict.expect()
    }
    /// Looks `name` (interned) up along the MRO without a cache.
    pub fn lookup_uncached(&self, name: Ref<Str>) -> Option<Value> {
        self.mro().iter().find_map(|&c| {
            // SAFETY: an MRO holds classes only.
            let c: Ref<Class> = unsafe { Ref::from_raw(c.as_cell()?.cast()) };
            c.dict.get()?.get_interned(name)
        })
    }
    /// As `lookup_uncached`, with the class of the MRO where the name was found.
    pub fn lookup_where(&self, name: Ref<Str>) -> Option<(Value, Ref<Class>)> {
        self.mro().iter().find_map(|&c| {
            let c = c.downcast::<Class>()?;
            Some((c.dict.get()?.get_interned(name)?, c))
        })
    }
    /// Looks `name` (interned) up along the MRO.
    #[inline]
    pub fn lookup(&self, t: &Thread, name: Ref<Str>) -> Option<Value> {
        t.method_cache.lookup(self, name)
    }
    /// The special method `s`, or `None` if no class of the MRO has it (or it was set to None: see `special_or_none`).
    #[inline(always)]
    pub fn special(&self, t: &Thread, s: Special) -> Option<Value> {
        if let Some(table) = self.specials.get() {
            let v = table.fields()[s as usize].get();
            if v != Value::small_int(0) {
                return v.some();
            }
        }
        self.fill_special(t, s)
    }
    /// As [`Class::special`], if it has been looked up since the class changed: nothing is allocated.
    #[inline]
    pub fn known_special(&self, s: Special) -> Option<Value> {
        self.specials.get()?.fields()[s as usize].get().some().filter(|&v| v != Value::small_int(0))
    }
    #[cold]
    fn fill_special(&self, t: &Thread, s: Special) -> Option<Value> {
        let table = match self.specials.get() {
            Some(table) => table,
            None => {
                let table = Array::new(t, SPECIALS).ok()?;
                self.specials.set(t, &self.header, table);
                table
            }
        };
        let found = self.lookup_uncached(s.name());
        table.field(s as usize).set(t, table.header(), found.unwrap_or(Value::EMPTY));
        found
    }
    /// Whether instances have their own attributes.
    pub fn has_instance_dict(&self) -> bool {
        self.has_flag(class_flags::HAS_DICT)
    }

    /// Direct subclasses that are alive.
    pub fn subclasses(&self, t: &Thread) -> Result<ValueVec> {
        let mut room = self.subclass_words().len();
        loop {
            let out = ValueVec::with_capacity(t, room)?;
            // These words keep no class alive, so they go into the vector before anything can collect.
            let words = self.subclass_words();
            if words.len() <= room {
                words.into_iter().try_for_each(|word| out.push(t, Value::from_bits(word)))?;
                return Ok(out);
            }
            room = words.len();
        }
    }
    /// Direct subclasses, which the caller must not take for alive behind the next allocation or poll.
    fn subclass_words(&self) -> Vec<u64> {
        let me = self as *const Class as u64 + 2;
        let map = SUBCLASSES.lock().expect("subclass registry");
        map.as_ref().and_then(|m| m.get(&me).cloned()).unwrap_or_default()
    }
    fn register_with_bases(this: Ref<Class>) {
        let mut map = SUBCLASSES.lock().expect("subclass registry");
        let map = map.get_or_insert_with(HashMap::new);
        for b in this.bases.expect().iter() {
            let list = map.entry(b.bits()).or_default();
            if !list.contains(&this.value().bits()) {
                list.push(this.value().bits());
            }
        }
    }
    fn unregister_from_bases(this: Ref<Class>) {
        let mut map = SUBCLASSES.lock().expect("subclass registry");
        if let Some(map) = map.as_mut() {
            for b in this.bases.expect().iter() {
                if let Some(list) = map.get_mut(&b.bits()) {
                    list.retain(|&w| w != this.value().bits());
                }
            }
        }
    }

    /// Called after the namespace, bases or MRO of the class changed.
    pub fn changed(this: Ref<Class>, t: &Thread) {
        this.specials.set(t, this.header(), None);
        this.version.store(NEXT_VERSION.fetch_add(1, Relaxed), Release);
        this.update_flags();
        for word in this.subclass_words() {
            if let Some(c) = Value::from_bits(word).downcast::<Class>() {
                Class::changed(c, t);
            }
        }
    }
    fn update_flags(&self) {
        let plain = |name: Ref<Str>, own: Ref<Class>| match self.lookup_where(name) {
            Some((_, c)) => c == own,
            None => true,
        };
        let object = crate::objects::object::Object::class();
        let getattribute = plain(names::__getattribute__(), object);
        let getattr = getattribute && self.lookup_uncached(names::__getattr__()).is_none();
        self.set_flag(class_flags::PLAIN_GETATTRIBUTE, getattribute);
        self.set_flag(class_flags::PLAIN_GETATTR, getattr);
        self.set_flag(class_flags::PLAIN_SETATTR, plain(names::__setattr__(), object) && plain(names::__delattr__(), object));
        self.set_flag(class_flags::HAS_DEL, self.lookup_uncached(names::__del__()).is_some());
    }

    /// Sets or deletes (`None`) an attribute of the class in its namespace and drops what was derived from it.
    pub fn set_own(this: Ref<Class>, t: &Thread, name: Ref<Str>, value: Option<Value>) -> Result<bool> {
        let name = Str::intern(t, name)?;
        let dict = this.namespace();
        let done = match value {
            Some(v) => {
                let old = dict.get_interned(name);
                dict.set(t, name.value(), v)?;
                if let Some(old) = old {
                    crate::attr::class_attribute_replaced(t, this, name, old, v);
                } else {
                    crate::attr::class_attribute_added(t, this, name, v);
                }
                true
            }
            None => match dict.remove(t, name.value())? {
                Some(old) => {
                    crate::attr::class_attribute_deleted(t, old);
                    true
                }
                None => false,
            },
        };
        Class::changed(this, t);
        Ok(done)
    }
}

/// Drops dead classes from the registry of subclasses. Called by the collector with the world stopped.
pub(crate) fn sweep_subclasses(is_live: &dyn Fn(Value) -> bool) {
    if let Ok(mut map) = SUBCLASSES.try_lock() {
        if let Some(map) = map.as_mut() {
            map.retain(|&k, list| {
                list.retain(|&w| is_live(Value::from_bits(w)));
                is_live(Value::from_bits(k)) && !list.is_empty()
            });
        }
    }
}

/// What a new class is made of, once its bases are known.
pub struct NewClass {
    pub metaclass: Ref<Class>,
    pub layout: &'static Layout,
    pub def: Option<&'static ClassDef>,
    pub flags: u32,
    pub reserved_slots: u32,
    pub inline_slots: u32,
}

/// Makes the cell of a class and the root shape of its instances; its names, bases and namespace follow.
pub fn allocate(t: &Thread, new: NewClass) -> Result<Ref<Class>> {
    let meta_shape = new.metaclass.instance_shape();
    allocate_with_shape(t, new.layout, new.def, new.flags, new.reserved_slots, new.inline_slots, meta_shape)
}

fn allocate_with_shape(
    t: &Thread,
    layout: &'static Layout,
    def: Option<&'static ClassDef>,
    flags: u32,
    reserved_slots: u32,
    inline_slots: u32,
    meta_shape: ShapeId,
) -> Result<Ref<Class>> {
    let class = t.create_internal::<Class>(
        meta_shape,
        Class {
            header: Header::NEW,
            flags: AtomicU32::new(flags),
            version: AtomicU32::new(NEXT_VERSION.fetch_add(1, Relaxed)),
            root: ShapeField::none(),
            dict_mode: ShapeField::none(),
            reserved_slots,
            inline_slots,
            name: Field::new(Value::NONE),
            qualname: Field::new(Value::NONE),
            dict: RefField::null(),
            bases: RefField::null(),
            mro: RefField::null(),
            base: RefField::null(),
            specials: RefField::null(),
            layout,
            def,
        },
    )?;
    let has_part = flags & class_flags::HAS_DICT != 0 || inline_slots > 0;
    let slots_offset = match layout.cell_size {
        _ if !has_part => 0,
        Some(_) => DYNAMIC_OFFSET,
        None => layout.size.div_ceil(8) as u16,
    };
    let root = SHAPES.add(NewShape {
        layout,
        class: class.value(),
        key: Value::EMPTY,
        parent: ShapeId(0),
        slots_offset,
        inline_slots: inline_slots as u16,
        slot_count: reserved_slots as u16,
        flags: def.map_or(0, crate::objects::next::shape_flags),
    });
    class.root.set(root.id());
    Ok(class)
}

/// Declares the core classes before anything else exists: `type` first, then `object`.
pub(crate) fn bootstrap(t: &Thread, defs: &[&'static ClassDef]) -> Result<()> {
    // The shape of `type` instances must exist before `type` does.
    let type_def = <Class as PyClass>::class_def();
    let provisional = SHAPES.add(NewShape {
        layout: <Class as HeapType>::layout(),
        class: Value::EMPTY,
        key: Value::EMPTY,
        parent: ShapeId(0),
        slots_offset: 0,
        inline_slots: 0,
        slot_count: 0,
        flags: 0,
    });
    let ty = allocate_with_shape(t, (type_def.layout)(), Some(type_def), type_def.flags, 0, 0, provisional.id())?;
    ty.header().set_shape(ty.instance_shape());
    type_def.cell.set(ty, ty.instance_shape());
    for def in defs {
        declare(t, def)?;
    }
    Ok(())
}

/// Makes a built-in class's cell and shape.
fn declare(t: &Thread, def: &'static ClassDef) -> Result<Ref<Class>> {
    if let Some(c) = def.cell.try_get() {
        return Ok(c);
    }
    let mut flags = def.flags;
    let mut inline = if flags & class_flags::HAS_DICT != 0 { 4 } else { 0 };
    if let Some(base) = def.base {
        let base = base().get();
        let inherited = class_flags::HAS_DICT
            | class_flags::HAS_WEAKREF
            | class_flags::SEQUENCE
            | class_flags::MAPPING
            | class_flags::EXCEPTION
            | class_flags::OWNED
            | class_flags::TYPE_SUBCLASS
            | class_flags::MATCH_SELF;
        flags |= base.flags.load(Relaxed) & inherited;
        inline = inline.max(base.inline_slots);
    }
    let class = allocate(
        t,
        NewClass {
            metaclass: Class::class(),
            layout: (def.layout)(),
            def: Some(def),
            flags,
            reserved_slots: 0,
            inline_slots: inline,
        },
    )?;
    def.cell.set(class, class.instance_shape());
    crate::startup::register_class_cell(def.cell);
    Ok(class)
}

/// Fills a declared class: names, bases, MRO, namespace.
fn define(t: &Thread, def: &'static ClassDef) -> Result<Ref<Class>> {
    let class = def.cell.get();
    let h = class.header();
    class.name.set(t, h, Str::intern_str(t, def.name)?);
    class.qualname.set(t, h, Str::intern_str(t, def.qualname)?);
    let base = def.base.map(|b| b().get());
    let bases: &[Value] = match base {
        Some(b) => &[b.value()],
        None => &[],
    };
    class.bases.set(t, h, Tuple::new(t, bases)?);
    class.base.set(t, h, base);
    let mro = ValueVec::new();
    mro.push(t, class.value())?;
    if let Some(b) = base {
        mro.extend(t, b.mro())?;
    }
    class.mro.set(t, h, mro.into_tuple(t)?);
    let dict = Dict::new(t)?;
    class.dict.set(t, h, dict);
    for m in def.methods {
        let name = Str::intern_str(t, m.name)?;
        let f = crate::objects::native_function::for_class(t, m, class)?;
        dict.set(t, name.value(), f)?;
    }
    for g in def.getset {
        let name = Str::intern_str(t, g.name)?;
        let d = if g.member {
            crate::objects::member::MemberDescriptor::native(t, g, class)?.value()
        } else {
            crate::objects::native_function::GetSet::new(t, g, class)?.value()
        };
        dict.set(t, name.value(), d)?;
    }
    if dict.get_interned(names::__hash__()).is_none() && dict.get_interned(names::__eq__()).is_some() {
        dict.set(t, names::__hash__().value(), Value::NONE)?;
    }
    let doc = match def.doc {
        Some(d) => Str::from_str(t, d)?.value(),
        None => Value::NONE,
    };
    if dict.get_interned(names::__doc__()).is_none() {
        dict.set(t, names::__doc__().value(), doc)?;
    }
    let dict_is_new = class.has_flag(class_flags::HAS_DICT) && !base.is_some_and(|b| b.has_flag(class_flags::HAS_DICT));
    if dict_is_new && dict.get_interned(names::__dict__()).is_none() {
        crate::objects::class_build::add_dict_attribute(t, class)?;
    }
    Class::register_with_bases(class);
    class.update_flags();
    if let Some(init) = def.init {
        init(t, class)?;
    }
    Ok(class)
}

pub(crate) fn define_all(t: &Thread, defs: &[&'static ClassDef]) -> Result<()> {
    // `object` first: a class takes over the MRO of its base.
    let first = [<crate::objects::object::Object as PyClass>::class_def(), <Class as PyClass>::class_def()];
    for def in first {
        define(t, def)?;
    }
    for def in defs {
        if !first.iter().any(|f| std::ptr::eq(*def, *f)) {
            define(t, def)?;
        }
    }
    Ok(())
}

/// Makes a built-in class from its declaration (once; the class of an earlier call otherwise). Its base must exist.
pub fn create_builtin(t: &Thread, def: &'static ClassDef) -> Result<Ref<Class>> {
    if let Some(c) = def.cell.try_get() {
        return Ok(c);
    }
    declare(t, def)?;
    define(t, def)
}

/// C3 linearisation of `class` over `bases`.
pub fn compute_mro(t: &Thread, class: Value, bases: Ref<Tuple>) -> Result<Ref<Tuple>> {
    let mut seqs: Vec<(Ref<Tuple>, usize)> = Vec::with_capacity(bases.len() + 1);
    // The tuples are kept alive by the base classes (and `bases` by the caller).
    for b in bases.iter() {
        let b = b.downcast::<Class>().ok_or_else(|| t.type_error("bases must be types"))?;
        match b.mro.get() {
            Some(mro) => seqs.push((mro, 0)),
            None => return Err(t.type_error(format!("Cannot extend an incomplete type '{}'", b.full_name()))),
        }
    }
    seqs.push((bases, 0));
    let out = ValueVec::with_capacity(t, 8)?;
    out.push(t, class)?;
    loop {
        seqs.retain(|(s, i)| *i < s.len());
        if seqs.is_empty() {
            return out.into_tuple(t);
        }
        let next =
            seqs.iter().map(|(s, i)| s.as_slice()[*i]).find(|c| seqs.iter().all(|(s, i)| !s.as_slice()[*i + 1..].contains(c)));
        let Some(next) = next else {
            let mut heads: Vec<String> = Vec::new();
            for (s, i) in &seqs {
                let name = s.as_slice()[*i].downcast::<Class>().map_or_else(String::new, |c| c.name_string());
                if !heads.contains(&name) {
                    heads.push(name);
                }
            }
            return Err(
                t.type_error(format!("Cannot create a consistent method resolution order (MRO) for bases {}", heads.join(", ")))
            );
        };
        out.push(t, next)?;
        for (s, i) in &mut seqs {
            if s.as_slice()[*i] == next {
                *i += 1;
            }
        }
    }
}

/// Gives a class other bases (`cls.__bases__ = …`), its MRO already computed by the caller.
pub fn replace_bases(t: &Thread, class: Ref<Class>, bases: Ref<Tuple>, base: Ref<Class>, mro: Ref<Tuple>) {
    Class::unregister_from_bases(class);
    class.bases.set(t, class.header(), bases);
    class.base.set(t, class.header(), base);
    class.mro.set(t, class.header(), mro);
    Class::register_with_bases(class);
    Class::changed(class, t);
    // Other classes' slots and data descriptors come into view.
    crate::interp::flush_slot_caches(t);
}

/// Completes a class made by [`allocate`] in Python code: the caller has set names, bases, base and namespace.
pub fn finish(t: &Thread, class: Ref<Class>, mro: Ref<Tuple>) {
    class.mro.set(t, class.header(), mro);
    Class::register_with_bases(class);
    class.update_flags();
}
