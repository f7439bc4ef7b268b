//! `_functools`: `partial`, `reduce`, `cmp_to_key`, and the cache behind `lru_cache`.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::*};
use taipan_vm::attr;
use taipan_vm::native::*;
use taipan_vm::objects::function::BoundMethod;
use taipan_vm::ops::Compare;

pub struct Functools;

fn held<T>(v: Ref<T>) -> RefField<T> {
    let f = RefField::null();
    f.init(v);
    f
}

/// The one `Placeholder`.
fn placeholder(t: &Thread) -> Result<Value> {
    let key = Str::intern_str(t, "functools.Placeholder")?;
    let registry = t.registry();
    if let Some(p) = registry.get_interned(key) {
        return Ok(p);
    }
    let new = t.create(Placeholder { header: Header::NEW })?.value();
    Ok(registry.set_default(t, key.value(), new)?.unwrap_or(new))
}

fn is_placeholder(v: Value) -> bool {
    v.downcast::<Placeholder>().is_some()
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "Placeholder", placeholder(t)?)
}

/// Tools that operate on functions.
#[pymodule(name = "_functools", classes(Partial, Placeholder, LruCache, LruNode, CompareKey), init = init)]
impl Functools {
    /// Convert a cmp= function into a key= function.
    ///
    ///   mycmp
    ///     Function that compares two objects.
    #[py("($module, /, mycmp)")]
    fn cmp_to_key(t: &Thread, mycmp: Value) -> Result<Ref<CompareKey>> {
        t.create(CompareKey { header: Header::NEW, compare: Field::new(mycmp), object: Field::new(Value::EMPTY) })
    }
    /// Apply a function of two arguments cumulatively to the items of an iterable, from left to right.
    ///
    /// This effectively reduces the iterable to a single value.  If initial is present,
    /// it is placed before the items of the iterable in the calculation, and serves as
    /// a default when the iterable is empty.
    ///
    /// For example, reduce(lambda x, y: x+y, [1, 2, 3, 4, 5])
    /// calculates ((((1 + 2) + 3) + 4) + 5).
    #[py("($module, function, iterable, /, initial=<functools initial sentinel>)")]
    fn reduce(t: &Thread, function: Value, iterable: Value, initial: Option<Value>) -> Result<Value> {
        let type_error = taipan_vm::objects::exceptions::class(taipan_vm::objects::exceptions::Kind::TypeError);
        let it = match t.iter(iterable) {
            Err(e) if e.is(t, type_error) => return Err(t.type_error("reduce() arg 2 must support iteration")),
            r => r?,
        };
        let mut all = initial;
        while let Some(v) = t.next(it)? {
            all = Some(match all {
                Some(a) => t.call(function, &[a, v])?,
                None => v,
            });
        }
        all.ok_or_else(|| t.type_error("reduce() of empty iterable with no initial value"))
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Placeholder {
    header: Header,
}

/// The type of the Placeholder singleton.
///
/// Used as a placeholder for partial arguments.
#[pyclass(name = "_PlaceholderType", module = "functools")]
impl Placeholder {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        let _ = cls;
        if !args.is_empty() || kwargs.0.is_some_and(|k| !k.is_empty()) {
            return Err(t.type_error("_PlaceholderType takes no arguments"));
        }
        placeholder(t)
    }
    #[py]
    fn __repr__(_t: &Thread, _this: Ref<Placeholder>) -> &'static str {
        "Placeholder"
    }
    #[py("($self, /)")]
    fn __reduce__(_t: &Thread, _this: Ref<Placeholder>) -> &'static str {
        "Placeholder"
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Partial {
    header: Header,
    function: Field,
    args: RefField<Tuple>,
    keywords: RefField<Dict>,
    /// Placeholders among the arguments.
    holes: AtomicUsize,
}

/// `kept` with its placeholders replaced by the first of `more`, and the rest of `more` behind.
fn fill(t: &Thread, kept: &[Value], more: &[Value]) -> Result<ValueVec> {
    let all = ValueVec::with_capacity(t, kept.len() + more.len())?;
    let mut more = more.iter().copied();
    for &v in kept {
        let v = if is_placeholder(v) { more.next().unwrap_or(v) } else { v };
        all.push(t, v)?;
    }
    for v in more {
        all.push(t, v)?;
    }
    Ok(all)
}

fn count_holes(args: &[Value]) -> usize {
    args.iter().filter(|v| is_placeholder(**v)).count()
}

/// Create a new function with partial application of the given arguments and keywords.
#[pyclass(name = "partial", module = "functools", flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl Partial {
    #[py("(func, /, *args, **keywords)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, func: Option<Value>, args: &[Value], keywords: Kwargs) -> Result<Ref<Partial>> {
        let Some(mut func) = func else { return Err(t.type_error("type 'partial' takes at least one argument")) };
        if !t.is_callable(func) {
            return Err(t.type_error("the first argument must be callable"));
        }
        if args.last().is_some_and(|v| is_placeholder(*v)) {
            return Err(t.type_error("trailing Placeholders are not allowed"));
        }
        let given = match keywords.0 {
            Some(d) => d,
            None => Dict::new(t)?,
        };
        let mut pos = 0;
        while let Some((_, v)) = given.next(&mut pos) {
            if is_placeholder(v) {
                return Err(t.type_error("Placeholder cannot be passed as a keyword argument"));
            }
        }
        let (args, keywords) = match func.downcast::<Partial>().filter(|p| attr::instance_len(p.value()) == 0) {
            // Of a partial that is nothing more: both at once.
            Some(inner) => {
                func = inner.function.get();
                let all = inner.keywords.expect().copy(t)?;
                all.update(t, given)?;
                (fill(t, inner.args.expect().as_slice(), args)?.into_tuple(t)?, all)
            }
            None => (Tuple::new(t, args)?, given),
        };
        let holes = AtomicUsize::new(count_holes(args.as_slice()));
        t.create_in(
            cls,
            Partial { header: Header::NEW, function: Field::new(func), args: held(args), keywords: held(keywords), holes },
        )
    }
    #[py]
    fn __call__(t: &Thread, this: Ref<Partial>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        let (kept, holes) = (this.args.expect(), this.holes.load(Relaxed));
        if args.len() < holes {
            return Err(t.type_error(format!(
                "missing positional arguments in 'partial' call; expected at least {holes}, got {}",
                args.len()
            )));
        }
        let mut keywords = Some(this.keywords.expect()).filter(|d| !d.is_empty());
        if let Some(more) = kwargs.0.filter(|d| !d.is_empty()) {
            keywords = Some(match keywords {
                Some(d) => {
                    let all = d.copy(t)?;
                    all.update(t, more)?;
                    all
                }
                None => more,
            });
        }
        if holes == 0 && kept.len() + args.len() <= 8 {
            let mut all = [Value::NONE; 8];
            let n = kept.len() + args.len();
            all[..kept.len()].copy_from_slice(kept.as_slice());
            all[kept.len()..n].copy_from_slice(args);
            return t.call_with_dict(this.function.get(), &all[..n], keywords);
        }
        let all = fill(t, kept.as_slice(), args)?;
        t.call_with_dict(this.function.get(), all.as_slice(), keywords)
    }
    #[py("($self, instance, owner=None, /)")]
    fn __get__(t: &Thread, this: Ref<Partial>, instance: Value, owner: Option<Value>) -> Result<Value> {
        let _ = owner;
        if instance.is_none() { Ok(this.value()) } else { BoundMethod::new(t, this.value(), instance).map(Ref::value) }
    }
    /// function object to use in future partial calls
    #[py(member)]
    fn func(_t: &Thread, this: Ref<Partial>) -> Value {
        this.function.get()
    }
    /// tuple of arguments to future partial calls
    #[py(member)]
    fn args(_t: &Thread, this: Ref<Partial>) -> Ref<Tuple> {
        this.args.expect()
    }
    /// dictionary of keyword arguments to future partial calls
    #[py(member)]
    fn keywords(_t: &Thread, this: Ref<Partial>) -> Ref<Dict> {
        this.keywords.expect()
    }
    #[py(getter)]
    fn __dict__(t: &Thread, this: Ref<Partial>) -> Result<Option<Ref<Dict>>> {
        attr::instance_dict(t, this.value())
    }
    #[py(setter)]
    fn set___dict__(t: &Thread, this: Ref<Partial>, value: Option<Value>) -> Result<()> {
        set_dict(t, this.value(), value)
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Partial>) -> Result<Value> {
        let mut s = crate::shown::Shown::new();
        if !t.repr_enter(this.value())? {
            return s.text("...").finish(t);
        }
        // What is shown may change the partial meanwhile.
        let (function, args, keywords) = (this.function.get(), this.args.expect(), this.keywords.expect());
        let r = (|| {
            s.text(&class_of(this.value()).full_name()).text("(").repr(t, function)?;
            for v in args.iter() {
                s.text(", ").repr(t, v)?;
            }
            let mut pos = 0;
            while let Some((k, v)) = keywords.next(&mut pos) {
                s.text(", ").str(t, k)?.text("=").repr(t, v)?;
            }
            s.text(")").finish(t)
        })();
        t.repr_leave(this.value());
        r
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Partial>) -> Result<Value> {
        let own = match attr::instance_len(this.value()) {
            0 => Value::NONE,
            _ => attr::instance_dict(t, this.value())?.map_or(Value::NONE, Ref::value),
        };
        let f = this.function.get();
        let state = (f, this.args.expect(), this.keywords.expect(), own).into_value(t)?;
        (class_of(this.value()), Tuple::new(t, &[f])?, state).into_value(t)
    }
    #[py("($self, state, /)")]
    fn __setstate__(t: &Thread, this: Ref<Partial>, state: Value) -> Result<()> {
        let invalid = || t.type_error("invalid partial state");
        let Some(s) = state.downcast::<Tuple>().filter(|s| s.len() == 4) else { return Err(invalid()) };
        let (f, own) = (s.as_slice()[0], s.as_slice()[3]);
        let (Some(args), keywords) = (s.as_slice()[1].downcast::<Tuple>(), s.as_slice()[2]) else { return Err(invalid()) };
        let is_dict = |v: Value| v.is_none() || v.downcast::<Dict>().is_some();
        if !t.is_callable(f) || !is_dict(keywords) || !is_dict(own) {
            return Err(invalid());
        }
        if args.as_slice().last().is_some_and(|v| is_placeholder(*v)) {
            return Err(t.type_error("trailing Placeholders are not allowed"));
        }
        let args = if class_of(args.value()) == Tuple::class() { args } else { Tuple::new(t, args.as_slice())? };
        let keywords = match keywords.downcast::<Dict>() {
            Some(d) if class_of(keywords) == Dict::class() => d,
            Some(d) => d.copy(t)?,
            None => Dict::new(t)?,
        };
        let h = this.header();
        this.function.set(t, h, f);
        this.args.set(t, h, args);
        this.keywords.set(t, h, keywords);
        this.holes.store(count_holes(args.as_slice()), Relaxed);
        let own = match own.downcast::<Dict>() {
            Some(d) => d,
            None => Dict::new(t)?,
        };
        attr::set_instance_dict(t, this.value(), own)
    }
    /// See PEP 585
    #[py("($type, object, /)")]
    fn __class_getitem__(t: &Thread, cls: Ref<Class>, object: Value) -> Result<Value> {
        t.generic_alias(cls.value(), object)
    }
}

/// Sets an instance's `__dict__`.
fn set_dict(t: &Thread, object: Value, value: Option<Value>) -> Result<()> {
    let Some(v) = value else { return Err(t.type_error("cannot delete __dict__")) };
    match v.downcast::<Dict>() {
        Some(d) => attr::set_instance_dict(t, object, d),
        None => Err(t.type_error(format!("__dict__ must be set to a dictionary, not a '{}'", class_of(v).name_string()))),
    }
}

/// What `cmp_to_key` returns, and what that returns.
#[derive(HeapType)]
#[repr(C)]
pub struct CompareKey {
    header: Header,
    compare: Field,
    object: Field,
}

impl CompareKey {
    fn order(t: &Thread, this: Ref<CompareKey>, other: Value, op: Compare) -> Result<Value> {
        let Some(other) = other.downcast::<CompareKey>() else { return Err(t.type_error("other argument must be K instance")) };
        let (Some(a), Some(b)) = (this.object.get().some(), other.object.get().some()) else {
            return Err(t.attribute_error_plain("object"));
        };
        let answer = t.call(this.compare.get(), &[a, b])?;
        t.rich_compare(answer, Value::small_int(0), op)
    }
}

#[pyclass(name = "KeyWrapper", module = "functools", flags(NO_NEW))]
impl CompareKey {
    #[py("($self, /, obj)")]
    fn __call__(t: &Thread, this: Ref<CompareKey>, obj: Value) -> Result<Ref<CompareKey>> {
        t.create(CompareKey { header: Header::NEW, compare: Field::new(this.compare.get()), object: Field::new(obj) })
    }
    /// Value wrapped by a key function.
    #[py(member)]
    fn obj(_t: &Thread, this: Ref<CompareKey>) -> Option<Value> {
        this.object.get().some()
    }
    #[py(setter)]
    fn set_obj(t: &Thread, this: Ref<CompareKey>, value: Option<Value>) -> Result<()> {
        this.object.set(t, this.header(), value.unwrap_or(Value::EMPTY));
        Ok(())
    }
    #[py]
    fn __lt__(t: &Thread, this: Ref<CompareKey>, other: Value) -> Result<Value> {
        CompareKey::order(t, this, other, Compare::Lt)
    }
    #[py]
    fn __le__(t: &Thread, this: Ref<CompareKey>, other: Value) -> Result<Value> {
        CompareKey::order(t, this, other, Compare::Le)
    }
    #[py]
    fn __eq__(t: &Thread, this: Ref<CompareKey>, other: Value) -> Result<Value> {
        CompareKey::order(t, this, other, Compare::Eq)
    }
    #[py]
    fn __ne__(t: &Thread, this: Ref<CompareKey>, other: Value) -> Result<Value> {
        CompareKey::order(t, this, other, Compare::Ne)
    }
    #[py]
    fn __gt__(t: &Thread, this: Ref<CompareKey>, other: Value) -> Result<Value> {
        CompareKey::order(t, this, other, Compare::Gt)
    }
    #[py]
    fn __ge__(t: &Thread, this: Ref<CompareKey>, other: Value) -> Result<Value> {
        CompareKey::order(t, this, other, Compare::Ge)
    }
}

/// An entry of a bounded cache, in a ring through the cache's root from the oldest to the newest.
#[derive(HeapType)]
#[repr(C)]
pub struct LruNode {
    header: Header,
    previous: RefField<LruNode>,
    next: RefField<LruNode>,
    key: Field,
    hash: i64,
    result: Field,
}

#[pyclass(name = "_lru_list_elem", module = "functools", flags(NO_NEW))]
impl LruNode {}

#[derive(HeapType)]
#[repr(C)]
pub struct LruCache {
    header: Header,
    function: Field,
    typed: bool,
    /// -1: without bound.
    max: i64,
    info_type: Field,
    /// Key to result, or to node in a bounded cache.
    cache: RefField<Dict>,
    /// Of the ring of nodes; also the mark between positional and keyword arguments in keys.
    root: RefField<LruNode>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl LruCache {
    fn key(&self, t: &Thread, args: &[Value], kwargs: Option<Ref<Dict>>) -> Result<Value> {
        let kwargs = kwargs.filter(|d| !d.is_empty());
        if kwargs.is_none() && !self.typed {
            if let &[v] = args {
                if class_of(v) == Str::class() || class_of(v) == taipan_vm::objects::int::BigInt::class() {
                    return Ok(v);
                }
            }
            return Tuple::new(t, args).map(Ref::value);
        }
        let all = ValueVec::from_slice(t, args)?;
        if let Some(d) = kwargs {
            all.push(t, self.root.expect().value())?;
            let mut pos = 0;
            while let Some((k, v)) = d.next(&mut pos) {
                all.push(t, k)?;
                all.push(t, v)?;
            }
        }
        if self.typed {
            for &v in args {
                all.push(t, class_of(v).value())?;
            }
            let mut pos = 0;
            while let Some((_, v)) = kwargs.and_then(|d| d.next(&mut pos)) {
                all.push(t, class_of(v).value())?;
            }
        }
        all.into_tuple(t).map(Ref::value)
    }
    /// Takes a node out of the ring; false if it is not in it. Under exclusion.
    fn unlink(t: &Thread, node: Ref<LruNode>) -> bool {
        let (Some(a), Some(b)) = (node.previous.get(), node.next.get()) else { return false };
        a.next.set(t, a.header(), b);
        b.previous.set(t, b.header(), a);
        node.previous.set(t, node.header(), None);
        node.next.set(t, node.header(), None);
        true
    }
    /// Makes a node the newest. Under exclusion.
    fn link(&self, t: &Thread, node: Ref<LruNode>) {
        let root = self.root.expect();
        let last = root.previous.get().unwrap_or(root);
        node.previous.set(t, node.header(), last);
        node.next.set(t, node.header(), root);
        last.next.set(t, last.header(), node);
        root.previous.set(t, root.header(), node);
    }
    fn bounded(t: &Thread, this: Ref<LruCache>, args: &[Value], kwargs: Option<Ref<Dict>>) -> Result<Value> {
        let key = this.key(t, args, kwargs)?;
        let hash = t.hash(key)?;
        let cache = this.cache.expect();
        if let Some(node) = cache.get_with_hash(t, key, hash)?.and_then(|n| n.downcast::<LruNode>()) {
            let _guard = t.exclusive(this.header());
            if LruCache::unlink(t, node) {
                this.link(t, node);
            }
            this.hits.fetch_add(1, Relaxed);
            return Ok(node.result.get());
        }
        this.misses.fetch_add(1, Relaxed);
        let result = t.call_with_dict(this.function.get(), args, kwargs)?;
        let (previous, next) = (RefField::null(), RefField::null());
        let node =
            t.create(LruNode { header: Header::NEW, previous, next, key: Field::new(key), hash, result: Field::new(result) })?;
        // Somebody else, or the function itself, may have put it there meanwhile.
        if cache.set_default_with_hash(t, key, node.value(), hash)?.is_some_and(|n| n != node.value()) {
            return Ok(result);
        }
        {
            let _guard = t.exclusive(this.header());
            this.link(t, node);
        }
        // More than one has to go where a node was linked while the cache was being cleared: that one is in the ring only.
        while cache.len() as i64 > this.max {
            let oldest = {
                let _guard = t.exclusive(this.header());
                let oldest = this.root.expect().next.get().filter(|n| *n != node && *n != this.root.expect());
                oldest.filter(|n| LruCache::unlink(t, *n))
            };
            let Some(old) = oldest else { break };
            cache.remove_if(t, old.key.get(), old.hash, |v| Ok(v == old.value()))?;
        }
        Ok(result)
    }
}

/// Create a cached callable that wraps another function.
///
/// user_function:      the function being cached
///
/// maxsize:  0         for no caching
///           None      for unlimited cache size
///           n         for a bounded cache
///
/// typed:    False     cache f(3) and f(3.0) as identical calls
///           True      cache f(3) and f(3.0) as distinct calls
///
/// cache_info_type:    namedtuple class with the fields:
///                         hits misses currsize maxsize
#[pyclass(name = "_lru_cache_wrapper", module = "functools", flags(BASE, HAS_DICT, HAS_WEAKREF))]
impl LruCache {
    #[py("(user_function, maxsize, typed, cache_info_type)", nosig)]
    fn __new__(
        t: &Thread,
        cls: Ref<Class>,
        user_function: Value,
        maxsize: Value,
        typed: bool,
        cache_info_type: Value,
    ) -> Result<Ref<LruCache>> {
        if !t.is_callable(user_function) {
            return Err(t.type_error("the first argument must be callable"));
        }
        let max = if maxsize.is_none() {
            -1
        } else {
            match t.index_opt(maxsize)? {
                Some(n) => t.to_isize(n)?.max(0) as i64,
                None => return Err(t.type_error("maxsize should be integer or None")),
            }
        };
        let (previous, next) = (RefField::null(), RefField::null());
        let root = t.create(LruNode {
            header: Header::NEW,
            previous,
            next,
            key: Field::new(Value::NONE),
            hash: 0,
            result: Field::new(Value::NONE),
        })?;
        let cache = Dict::new(t)?;
        t.create_in(
            cls,
            LruCache {
                header: Header::NEW,
                function: Field::new(user_function),
                typed,
                max,
                info_type: Field::new(cache_info_type),
                cache: held(cache),
                root: held(root),
                hits: AtomicU64::new(0),
                misses: AtomicU64::new(0),
            },
        )
    }
    #[py]
    fn __call__(t: &Thread, this: Ref<LruCache>, args: &[Value], kwargs: Kwargs) -> Result<Value> {
        match this.max {
            0 => {
                this.misses.fetch_add(1, Relaxed);
                t.call_with_dict(this.function.get(), args, kwargs.0)
            }
            -1 => {
                let key = this.key(t, args, kwargs.0)?;
                let hash = t.hash(key)?;
                if let Some(v) = this.cache.expect().get_with_hash(t, key, hash)? {
                    this.hits.fetch_add(1, Relaxed);
                    return Ok(v);
                }
                this.misses.fetch_add(1, Relaxed);
                let result = t.call_with_dict(this.function.get(), args, kwargs.0)?;
                this.cache.expect().set_with_hash(t, key, result, hash)?;
                Ok(result)
            }
            _ => LruCache::bounded(t, this, args, kwargs.0),
        }
    }
    #[py("($self, instance, owner=None, /)")]
    fn __get__(t: &Thread, this: Ref<LruCache>, instance: Value, owner: Option<Value>) -> Result<Value> {
        let _ = owner;
        if instance.is_none() { Ok(this.value()) } else { BoundMethod::new(t, this.value(), instance).map(Ref::value) }
    }
    #[py(getter)]
    fn __dict__(t: &Thread, this: Ref<LruCache>) -> Result<Option<Ref<Dict>>> {
        attr::instance_dict(t, this.value())
    }
    #[py(setter)]
    fn set___dict__(t: &Thread, this: Ref<LruCache>, value: Option<Value>) -> Result<()> {
        set_dict(t, this.value(), value)
    }
    /// Report cache statistics
    #[py("($self, /)")]
    fn cache_info(t: &Thread, this: Ref<LruCache>) -> Result<Value> {
        let max = if this.max < 0 { Value::NONE } else { t.int(this.max)? };
        let (hits, misses) = (t.uint(this.hits.load(Relaxed))?, t.uint(this.misses.load(Relaxed))?);
        let n = t.uint(this.cache.expect().len() as u64)?;
        t.call(this.info_type.get(), &[hits, misses, max, n])
    }
    /// Clear the cache and cache statistics
    #[py("($self, /)")]
    fn cache_clear(t: &Thread, this: Ref<LruCache>) -> Result<()> {
        {
            let _guard = t.exclusive(this.header());
            this.hits.store(0, Relaxed);
            this.misses.store(0, Relaxed);
            let root = this.root.expect();
            // Each node is taken out by itself: one that a caller still has must show that it is not linked.
            while let Some(n) = root.next.get().filter(|n| *n != root) {
                LruCache::unlink(t, n);
            }
        }
        this.cache.expect().clear(t)
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<LruCache>) -> Result<Value> {
        t.get_attr(this.value(), names::__qualname__())
    }
    #[py("($self, /)")]
    fn __copy__(_t: &Thread, this: Ref<LruCache>) -> Ref<LruCache> {
        this
    }
    #[py("($self, memo, /)")]
    fn __deepcopy__(_t: &Thread, this: Ref<LruCache>, memo: Value) -> Ref<LruCache> {
        let _ = memo;
        this
    }
}
