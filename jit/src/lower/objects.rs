//! Attributes, items, and iteration over them.

use super::*;

impl Lower<'_, '_> {
    /// Where the slot is, plus the tag, in the instance in register `r`, whose word is `o`: made sure that it has one of these shapes.
    pub(super) fn slot_place(&mut self, r: usize, o: Ir, ways: &[(u32, usize)]) -> Ir {
        let known = self.state.shapes[r];
        if let Some(&(_, offset)) = ways.iter().find(|w| w.0 == known) {
            return self.b.ins().iadd_imm_s(o, 8 * offset as i64);
        }
        if let [(shape, offset)] = *ways {
            self.guard_shape(o, shape);
            return self.b.ins().iadd_imm_s(o, 8 * offset as i64);
        }
        let cell = self.is_cell(o);
        self.guard(cell);
        let shape = self.b.ins().load(I32, MemFlagsData::trusted(), o, -(CELL_TAG as i32));
        let done = self.new_block(false);
        let place = self.b.append_block_param(done, I64);
        for (k, &(way, offset)) in ways.iter().enumerate() {
            let there = self.b.ins().iadd_imm_s(o, 8 * offset as i64);
            if k == ways.len() - 1 {
                self.guard_eq(shape, way.into());
                self.b.ins().jump(done, &[there.into()]);
            } else {
                let next = self.new_block(false);
                let c = self.b.ins().icmp_imm_s(IntCC::Equal, shape, way as i64);
                self.b.ins().brif(c, done, &[there.into()], next, &[]);
                self.begin(next);
            }
        }
        self.begin(done);
        place
    }
    /// Makes sure that a class has not changed.
    pub(super) fn guard_version(&mut self, class: u64, version: u32) {
        self.refs.push(class);
        let class = self.word(class);
        let v = self.b.ins().load(I32, MemFlagsData::trusted(), class, layout::CLASS_VERSION as i32 - CELL_TAG as i32);
        self.guard_eq(v, version as i32 as i64);
    }
    /// The function that is the method of the instance in register `r`, whose word is `o`.
    pub(super) fn method(&mut self, r: usize, o: Ir, ways: &[MethodWay]) -> Ir {
        self.refs.extend(ways.iter().map(|w| w.function));
        let known = self.state.shapes[r];
        let one = if let [one] = ways { Some(one) } else { ways.iter().find(|w| w.shape == known) };
        if let Some(w) = one {
            self.guard_instance(r, o, w.shape);
            self.guard_version(w.class, w.version);
            return self.word(w.function);
        }
        let cell = self.is_cell(o);
        self.guard(cell);
        let shape = self.b.ins().load(I32, MemFlagsData::trusted(), o, -(CELL_TAG as i32));
        let done = self.new_block(false);
        let f = self.b.append_block_param(done, I64);
        for (k, w) in ways.iter().enumerate() {
            let here = self.new_block(false);
            let c = self.b.ins().icmp_imm_s(IntCC::Equal, shape, w.shape as i64);
            let other = if k == ways.len() - 1 { self.exit(ExitKind::Guard) } else { self.new_block(false) };
            self.b.ins().brif(c, here, &[], other, &[]);
            self.begin(here);
            self.guard_version(w.class, w.version);
            let function = self.word(w.function);
            self.b.ins().jump(done, &[function.into()]);
            if k < ways.len() - 1 {
                self.begin(other);
            }
        }
        self.begin(done);
        f
    }
    /// Stores `v`, the word of register `c`, at `at` from `place` in the cell with the word `o`.
    pub(super) fn store_slot(&mut self, c: usize, o: Ir, v: Ir, place: Ir, at: i32) {
        let header = self.b.ins().iadd_imm_s(o, -CELL_TAG);
        let (slow, done) = (self.new_block(true), self.new_block(false));
        self.quick_store(header, c, v, place, at, slow, done);
        self.begin(slow);
        self.set_pc();
        let field = self.b.ins().iadd_imm_s(place, at as i64);
        self.call(machine::store_field as *const () as usize, &[self.t, o, field, v], None);
        self.b.ins().jump(done, &[]);
        self.begin(done);
    }
    /// Makes sure that a cell's content is what it is known to be, or is there at all.
    pub(super) fn known_content(&mut self, v: Ir, known: u64) {
        if known == 0 {
            self.guard_ne(v, EMPTY);
        } else {
            self.refs.push(known);
            self.guard_eq(v, known as i64);
        }
    }
    pub(super) fn cell_content(&mut self, cell: u64) -> Ir {
        let at = self.word(cell);
        self.b.ins().load(I64, MemFlagsData::trusted(), at, layout::CELL_CONTENT as i32 - CELL_TAG as i32)
    }
    /// Stores `v`, register `c`'s word, at `at` from `o`, a part of the cell whose header is given, and goes to `done`; or to `slow`
    /// if the store needs the barrier.
    pub(super) fn quick_store(&mut self, header: Ir, c: usize, v: Ir, o: Ir, at: i32, slow: Block, done: Block) {
        if !matches!(self.state.kinds[c], Kind::Int | Kind::Bool) {
            let gc = self.b.ins().load(I8, MemFlagsData::trusted(), header, HEADER_GC);
            let old = self.b.ins().icmp_imm_s(IntCC::Equal, gc, OLD);
            let tag = self.b.ins().band_imm_s(v, 3);
            let cell = self.b.ins().icmp_imm_s(IntCC::Equal, tag, CELL_TAG);
            let barrier = self.b.ins().band(old, cell);
            let plain = self.new_block(false);
            self.b.ins().brif(barrier, slow, &[], plain, &[]);
            self.begin(plain);
        }
        self.b.ins().store(MemFlagsData::trusted(), v, o, at);
        self.b.ins().jump(done, &[]);
    }
    /// A subscript counted from the front, of what has the length `len`.
    pub(super) fn wrapped(&mut self, index: Source, len: Ir) -> Ir {
        match index {
            Source::Int(i) if i >= 0 => self.int(i),
            Source::Int(i) => self.b.ins().iadd_imm_s(len, i),
            Source::Reg(_) | Source::Number(_) => {
                let i = self.raw_int(index);
                let negative = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, i, 0);
                let from_end = self.b.ins().iadd(i, len);
                self.b.ins().select(negative, from_end, i)
            }
        }
    }
    pub(super) fn below(&mut self, i: Ir, n: Ir) {
        let c = self.b.ins().icmp(IntCC::UnsignedLessThan, i, n);
        self.guard(c);
    }
    /// The storage of a list of which position `i` is below the length, made sure that it reaches so far.
    pub(super) fn storage(&mut self, list: Ir, i: Ir) -> Ir {
        let storage = self.load(I64, list, layout::LIST_STORAGE);
        self.guard_ne(storage, 0);
        let capacity = self.load(I64, storage, layout::ARRAY_CAPACITY);
        self.below(i, capacity);
        storage
    }
    pub(super) fn place(&mut self, storage: Ir, i: Ir) -> Ir {
        let offset = self.b.ins().ishl_imm_s(i, 3);
        self.b.ins().iadd(storage, offset)
    }
    pub(super) fn item(&mut self, items: Items, b: usize, index: Source) -> Ir {
        let o = self.b.use_var(self.words[b]);
        let cell = self.b.ins().iadd_imm_s(o, -CELL_TAG);
        match items {
            Items::List => {
                let v = match index {
                    Source::Int(i) if i < 0 => {
                        let i = self.int(i);
                        self.item_from_end(o, cell, i)
                    }
                    Source::Int(i) => {
                        let i = self.int(i);
                        self.item_from_start(cell, i)
                    }
                    Source::Reg(_) | Source::Number(_) => {
                        let i = self.raw_int(index);
                        let (from_start, from_end, done) = (self.new_block(false), self.new_block(true), self.new_block(false));
                        let result = self.b.append_block_param(done, I64);
                        let negative = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, i, 0);
                        self.b.ins().brif(negative, from_end, &[], from_start, &[]);
                        self.begin(from_end);
                        let v = self.item_from_end(o, cell, i);
                        self.b.ins().jump(done, &[v.into()]);
                        self.begin(from_start);
                        let v = self.item_from_start(cell, i);
                        self.b.ins().jump(done, &[v.into()]);
                        self.begin(done);
                        result
                    }
                };
                self.guard_ne(v, EMPTY);
                v
            }
            Items::Tuple => {
                let len = self.load(I64, cell, layout::TUPLE_LEN);
                let i = self.wrapped(index, len);
                self.below(i, len);
                let place = self.place(cell, i);
                self.load(I64, place, layout::TUPLE_ITEMS)
            }
            Items::Bytes => {
                let len = self.load(I64, cell, layout::BYTES_LEN);
                let i = self.wrapped(index, len);
                self.below(i, len);
                let place = self.b.ins().iadd(cell, i);
                let byte = self.b.ins().uload8(I64, MemFlagsData::trusted(), place, layout::BYTES_CONTENT as i32);
                self.b.ins().ishl_imm_s(byte, 2)
            }
            Items::Numbers(n) => self.number(n, b, o, index),
            Items::Quick => {
                let i = self.raw_int(index);
                self.set_pc();
                let v = self.call(machine::quick_item as *const () as usize, &[self.t, o, i], Some(I64)).unwrap_or(o);
                self.check(v);
                self.guard_ne(v, EMPTY);
                v
            }
        }
    }
    /// Item `i`, which is not negative, of the list whose cell is given; perhaps the empty mark.
    fn item_from_start(&mut self, cell: Ir, i: Ir) -> Ir {
        let len = self.load(I64, cell, layout::LIST_LEN);
        self.below(i, len);
        let storage = self.storage(cell, i);
        let place = self.place(storage, i);
        self.load(I64, place, layout::ARRAY_ITEMS)
    }
    /// Item `i`, which is negative, of the list `o`; perhaps the empty mark. Of a list whose end other threads may move a helper
    /// finds the item.
    fn item_from_end(&mut self, o: Ir, cell: Ir, i: Ir) -> Ir {
        let (quick, slow, done) = (self.new_block(false), self.new_block(true), self.new_block(false));
        let result = self.b.append_block_param(done, I64);
        let own = self.is_own(cell);
        self.b.ins().brif(own, quick, &[], slow, &[]);
        self.begin(quick);
        let len = self.load(I64, cell, layout::LIST_LEN);
        let at = self.b.ins().iadd(i, len);
        let v = self.item_from_start(cell, at);
        self.b.ins().jump(done, &[v.into()]);
        self.begin(slow);
        let v = self.call(machine::list_item_from_end as *const () as usize, &[o, i], Some(I64)).unwrap_or(o);
        self.b.ins().jump(done, &[v.into()]);
        self.begin(done);
        result
    }
    /// The items of a list of length `n`, each of one moment if they are the same moment's: not if another thread owns the list,
    /// or changes more than one of them just now.
    pub(super) fn items_at_once(&mut self, list: Ir, n: usize) -> Vec<Ir> {
        let version = self.load_acquire(list, layout::LIST_VERSION);
        let len = self.load(I64, list, layout::LIST_LEN);
        self.guard_eq(len, n as i64);
        if n == 0 {
            return Vec::new();
        }
        let last = self.int(n as i64 - 1);
        let storage = self.storage(list, last);
        let items: Vec<Ir> = (0..n).map(|k| self.load_acquire(storage, layout::ARRAY_ITEMS + 8 * k)).collect();
        for &v in &items {
            self.guard_ne(v, EMPTY);
        }
        if n > 1 {
            let (shared, done) = (self.new_block(true), self.new_block(false));
            let own = self.is_own(list);
            self.b.ins().brif(own, done, &[], shared, &[]);
            self.begin(shared);
            let owner = self.load(I16, list, layout::HEADER_OWNER);
            self.guard_eq(owner, 0);
            let odd = self.b.ins().band_imm_s(version, 1);
            self.guard_eq(odd, 0);
            let version_then = self.load(I64, list, layout::LIST_VERSION);
            let len_then = self.load(I64, list, layout::LIST_LEN);
            let same = self.b.ins().icmp(IntCC::Equal, version, version_then);
            self.guard(same);
            self.guard_eq(len_then, n as i64);
            self.b.ins().jump(done, &[]);
            self.begin(done);
        }
        items
    }
    /// Where number `i` of the container in register `r`, whose cell is `cell`, is, if the thread owns it; else writing goes on in the
    /// block where that is not so, for which the first is left. (Its address, and the block.)
    fn number_place(&mut self, n: Number, r: usize, cell: Ir, i: Ir) -> (Ir, Block) {
        let slow = self.new_block(true);
        let shape = match self.state.kinds[r] {
            Kind::Shape(s) => s,
            _ => 0,
        };
        let elements = layout::elements(shape).unwrap_or(Elements { bytes: 0, code: 0 });
        if elements.code != 0 {
            let code = self.b.ins().uload8(I64, MemFlagsData::trusted(), cell, elements.code as i32);
            self.guard_eq(code, n.code.into());
        }
        let bytes = if elements.bytes == 0 { cell } else { self.load(I64, cell, elements.bytes) };
        let own = self.is_own(bytes);
        self.go_on_if(own, slow);
        let len = self.load(I64, bytes, layout::BYTE_ARRAY_LEN);
        let count = if n.shift == 0 { len } else { self.b.ins().ushr_imm_u(len, i64::from(n.shift)) };
        let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, i, count);
        self.go_on_if(inside, slow);
        let storage = self.load(I64, bytes, layout::BYTE_ARRAY_STORAGE);
        let start = self.load(I64, bytes, layout::BYTE_ARRAY_START);
        let first = self.b.ins().iadd(storage, start);
        let offset = if n.shift == 0 { i } else { self.b.ins().ishl_imm_s(i, i64::from(n.shift)) };
        (self.b.ins().iadd(first, offset), slow)
    }
    /// A number of the container in register `r`, whose word is `o`: a float, or the word of an integer.
    fn number(&mut self, n: Number, r: usize, o: Ir, index: Source) -> Ir {
        let cell = self.b.ins().iadd_imm_s(o, -CELL_TAG);
        let i = self.raw_int(index);
        let done = self.new_block(false);
        let result = self.b.append_block_param(done, if n.float { F64 } else { I64 });
        let (place, slow) = self.number_place(n, r, cell, i);
        let flags = MemFlagsData::trusted();
        let at = layout::BYTE_STORAGE_CONTENT as i32;
        let v = match (n.shift, n.float, n.signed) {
            (3, true, _) => self.b.ins().load(F64, flags, place, at),
            (_, true, _) => {
                let x = self.b.ins().load(F32, flags, place, at);
                self.b.ins().fpromote(F64, x)
            }
            (0, _, true) => self.b.ins().sload8(I64, flags, place, at),
            (0, _, false) => self.b.ins().uload8(I64, flags, place, at),
            (1, _, true) => self.b.ins().sload16(I64, flags, place, at),
            (1, _, false) => self.b.ins().uload16(I64, flags, place, at),
            (2, _, true) => self.b.ins().sload32(flags, place, at),
            (2, _, false) => self.b.ins().uload32(flags, place, at),
            _ => {
                let word = self.b.ins().load(I64, flags, place, at);
                let above = self.b.ins().iadd_imm_s(word, 1 << 61);
                let high = self.b.ins().ushr_imm_u(above, 62);
                let next = self.new_block(false);
                self.b.ins().brif(high, slow, &[], next, &[]);
                self.begin(next);
                word
            }
        };
        let v = if n.float { v } else { self.b.ins().ishl_imm_s(v, 2) };
        self.b.ins().jump(done, &[v.into()]);
        self.begin(slow);
        self.set_pc();
        let w = self.call(machine::quick_item as *const () as usize, &[self.t, o, i], Some(I64)).unwrap_or(o);
        self.check(w);
        self.guard_ne(w, EMPTY);
        let v = if n.float {
            self.unboxed(w)
        } else {
            let tag = self.b.ins().band_imm_s(w, 3);
            self.guard_eq(tag, 0);
            w
        };
        self.b.ins().jump(done, &[v.into()]);
        self.begin(done);
        result
    }
    /// Stores the number in register `c`.
    fn set_number(&mut self, n: Number, r: usize, o: Ir, index: Source, c: usize) {
        let cell = self.b.ins().iadd_imm_s(o, -CELL_TAG);
        let i = self.raw_int(index);
        let done = self.new_block(false);
        let (place, slow) = self.number_place(n, r, cell, i);
        let flags = MemFlagsData::trusted();
        let at = layout::BYTE_STORAGE_CONTENT as i32;
        if n.float {
            let x = self.b.use_var(self.floats[c]);
            let x = if n.shift == 3 { x } else { self.b.ins().fdemote(F32, x) };
            self.b.ins().store(flags, x, place, at);
        } else {
            let v = self.raw_int(Source::Reg(c));
            let bits = 8 << n.shift;
            if n.shift < 3 {
                let above = if n.signed { self.b.ins().iadd_imm_s(v, 1 << (bits - 1)) } else { v };
                let fits = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, above, 1 << bits);
                self.go_on_if(fits, slow);
            }
            match n.shift {
                0 => self.b.ins().istore8(flags, v, place, at),
                1 => self.b.ins().istore16(flags, v, place, at),
                2 => self.b.ins().istore32(flags, v, place, at),
                _ => self.b.ins().store(flags, v, place, at),
            };
        }
        self.b.ins().jump(done, &[]);
        self.begin(slow);
        let v = self.word_of(c);
        self.set_quick_item(o, i, v);
        self.b.ins().jump(done, &[]);
        self.begin(done);
    }
    fn set_quick_item(&mut self, o: Ir, i: Ir, v: Ir) {
        self.set_pc();
        let done = self.call(machine::quick_set_item as *const () as usize, &[self.t, o, i, v], Some(I64)).unwrap_or(o);
        self.check(done);
        self.guard_eq(done, 1);
    }
    pub(super) fn set_item(&mut self, items: Items, a: usize, index: Source, c: usize) {
        let o = self.b.use_var(self.words[a]);
        if let Items::Numbers(n) = items {
            return self.set_number(n, a, o, index, c);
        }
        let v = self.word_of(c);
        if items == Items::Quick {
            let i = self.raw_int(index);
            return self.set_quick_item(o, i, v);
        }
        let cell = self.b.ins().iadd_imm_s(o, -CELL_TAG);
        let len = self.load(I64, cell, layout::LIST_LEN);
        let i = self.wrapped(index, len);
        self.below(i, len);
        let (quick, slow, done) = (self.new_block(false), self.new_block(true), self.new_block(false));
        let own = self.is_own(cell);
        self.b.ins().brif(own, quick, &[], slow, &[]);
        self.begin(quick);
        let storage = self.storage(cell, i);
        let place = self.place(storage, i);
        self.quick_store(storage, c, v, place, layout::ARRAY_ITEMS as i32, slow, done);
        self.begin(slow);
        self.set_pc();
        // By the index as it was given: who shares the list finds its end when it has the lock.
        let i = if let Source::Int(i) = index { self.int(i) } else { self.raw_int(index) };
        let stored = self.call(machine::set_list_item as *const () as usize, &[self.t, o, i, v], Some(I64)).unwrap_or(o);
        self.guard(stored);
        self.b.ins().jump(done, &[]);
        self.begin(done);
    }
    pub(super) fn is_own(&mut self, cell: Ir) -> Ir {
        let owner = self.load(I16, cell, layout::HEADER_OWNER);
        let id = self.load(I16, self.t, layout::THREAD_ID);
        self.b.ins().icmp(IntCC::Equal, owner, id)
    }
    /// The cell of the iterator in register `b`, made sure to be this thread's.
    pub(super) fn own_iterator(&mut self, b: usize) -> Ir {
        let w = self.b.use_var(self.words[b]);
        let it = self.b.ins().iadd_imm_s(w, -CELL_TAG);
        let own = self.is_own(it);
        self.guard(own);
        it
    }
    /// The next item by a call, or the empty mark.
    pub(super) fn next_by_call(&mut self, it: Ir) -> Ir {
        let v = self.call(machine::for_iter as *const () as usize, &[self.t, it], Some(I64)).unwrap_or(it);
        self.check(v);
        v
    }
    /// As [`Self::next_by_call`], where a generator is expected.
    pub(super) fn next_of_generator(&mut self, it: Ir) -> Ir {
        let v =
            self.call(taipan_vm::interp::resume::next_of_generator as *const () as usize, &[self.t, it], Some(I64)).unwrap_or(it);
        self.check(v);
        v
    }
    /// FOR_ITER over a list's or a tuple's iterator.
    pub(super) fn for_items(&mut self, p: &Plan, a: usize, b: usize, list: bool) {
        let it = self.own_iterator(b);
        let (slow, done) = (self.new_block(true), self.new_block(false));
        let v = self.b.append_block_param(done, I64);
        let (of, index) = if list {
            (layout::LIST_ITERATOR_LIST, layout::LIST_ITERATOR_INDEX)
        } else {
            (layout::TUPLE_ITERATOR_TUPLE, layout::TUPLE_ITERATOR_INDEX)
        };
        let or_slow = |l: &mut Self, c: Ir| {
            let next = l.new_block(false);
            l.b.ins().brif(c, next, &[], slow, &[]);
            l.begin(next);
        };
        let items = self.load(I64, it, of);
        or_slow(self, items);
        let i = self.load(I64, it, index);
        let len = self.load(I64, items, if list { layout::LIST_LEN } else { layout::TUPLE_LEN });
        let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, i, len);
        or_slow(self, inside);
        let item = if list {
            let storage = self.load(I64, items, layout::LIST_STORAGE);
            or_slow(self, storage);
            let capacity = self.load(I64, storage, layout::ARRAY_CAPACITY);
            let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, i, capacity);
            or_slow(self, inside);
            let place = self.place(storage, i);
            let item = self.load(I64, place, layout::ARRAY_ITEMS);
            let some = self.b.ins().icmp_imm_s(IntCC::NotEqual, item, EMPTY);
            or_slow(self, some);
            item
        } else {
            let place = self.place(items, i);
            self.load(I64, place, layout::TUPLE_ITEMS)
        };
        let next = self.b.ins().iadd_imm_s(i, 1);
        self.store(next, it, index as isize);
        self.b.ins().jump(done, &[item.into()]);
        self.begin(slow);
        self.set_pc();
        let w = self.b.use_var(self.words[b]);
        let x = self.next_by_call(w);
        self.b.ins().jump(done, &[x.into()]);
        self.begin(done);
        let end = self.b.ins().icmp_imm_s(IntCC::Equal, v, EMPTY);
        self.branch(p, end, true);
        self.def(a, v);
    }
}
