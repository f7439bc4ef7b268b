//! Reading, writing and deleting names.

use ruff_text_size::TextRange;

use super::Compiler;
use crate::asm::Reg;
use crate::errors::{Error, Result};
use crate::isa::Op;
use crate::symtable::{BlockKind, Place};

/// Where a name is found from the current point.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Loc {
    /// A register; whether it could be unbound.
    Fast(Reg, bool),
    Cell(Reg),
    Global,
    /// The frame's locals mapping, then globals.
    Name,
    /// In a class body: the locals mapping, then a cell.
    ClassCell(Reg),
    /// In an annotation scope of a class: the class's mapping, then globals.
    ClassDictGlobal,
    /// In an annotation scope of a class: the class's mapping, then a cell.
    ClassDictCell(Reg),
}

impl Compiler<'_> {
    pub(super) fn resolve(&self, name: &str) -> Loc {
        let mut through_comp = false;
        for comp in self.u.comps.iter().rev() {
            let Some(symbol) = self.scope_of(comp.scope).lookup(name) else {
                continue;
            };
            match symbol.place {
                Place::Local | Place::Cell => {
                    // A variable of a comprehension inside that one is not seen from here.
                    let Some(&(reg, cell)) = comp.vars.get(name) else {
                        continue;
                    };
                    return if cell { Loc::Cell(reg) } else { Loc::Fast(reg, comp.unbound.contains(name)) };
                }
                Place::GlobalExplicit => return Loc::Global,
                Place::GlobalImplicit => {
                    let scope = self.scope();
                    return if scope.kind == BlockKind::Module { Loc::Name } else { Loc::Global };
                }
                Place::Free | Place::Unknown => through_comp = true,
            }
        }
        let scope = self.scope();
        let Some(symbol) = scope.lookup(name) else {
            return if scope.is_function_like() { Loc::Global } else { Loc::Name };
        };
        if through_comp
            && scope.kind == BlockKind::Class
            && let Some(r) = self.u.free_regs.get(name)
        {
            return Loc::Cell(*r);
        }
        match symbol.place {
            Place::Local if scope.is_function_like() => Loc::Fast(self.u.locals[name], true),
            Place::Local | Place::Unknown => Loc::Name,
            Place::Cell => Loc::Cell(self.u.cells[name]),
            Place::Free => {
                let r = self.u.free_regs[name];
                if scope.kind == BlockKind::Class {
                    Loc::ClassCell(r)
                } else if scope.can_see_class_scope && name != "__classdict__" {
                    Loc::ClassDictCell(r)
                } else {
                    Loc::Cell(r)
                }
            }
            Place::GlobalExplicit => Loc::Global,
            Place::GlobalImplicit => {
                if !scope.is_function_like() {
                    Loc::Name
                } else if scope.can_see_class_scope && self.u.free_regs.contains_key("__classdict__") {
                    Loc::ClassDictGlobal
                } else {
                    Loc::Global
                }
            }
        }
    }

    /// Register of the cell that a nested block captures as `name`.
    pub(super) fn captured_cell(&self, name: &str) -> Option<Reg> {
        for comp in self.u.comps.iter().rev() {
            if let Some((reg, true)) = comp.vars.get(name) {
                return Some(*reg);
            }
        }
        self.u.cells.get(name).or_else(|| self.u.free_regs.get(name)).copied()
    }

    /// The local register of `name`, if it is a plain local here.
    pub(super) fn fast_register(&self, name: &str) -> Option<Reg> {
        let mangled = self.mangled(name);
        match self.resolve(mangled.as_deref().unwrap_or(name)) {
            Loc::Fast(r, _) => Some(r),
            _ => None,
        }
    }

    pub(super) fn load_name(&mut self, name: &str, dst: Option<Reg>) -> Reg {
        let mangled = self.mangled(name);
        let name = mangled.as_deref().unwrap_or(name);
        let loc = self.resolve(name);
        if let Loc::Fast(r, check) = loc {
            if check {
                let n = self.name(name);
                self.emit(Op::CHECK_BOUND, r, n, 0);
            }
            return match dst {
                Some(d) => {
                    self.mov(d, r);
                    d
                }
                None => r,
            };
        }
        let n = self.name(name);
        match loc {
            Loc::Fast(..) => unreachable!("handled above"),
            Loc::Cell(r) => {
                let d = self.dst(dst);
                self.emit(Op::LOAD_CELL, d, r, n);
                d
            }
            Loc::Global => {
                let d = self.dst(dst);
                self.emit(Op::LOAD_GLOBAL, d, n, 0);
                d
            }
            Loc::Name => {
                let d = self.dst(dst);
                self.emit(Op::LOAD_NAME, d, n, 0);
                d
            }
            Loc::ClassCell(r) => {
                let t = self.temp();
                self.emit(Op::LOAD_LOCALS, t, 0, 0);
                self.dict_or_cell(t, r, n, dst)
            }
            Loc::ClassDictCell(r) => {
                let t = self.temp();
                self.load_classdict(t);
                self.dict_or_cell(t, r, n, dst)
            }
            Loc::ClassDictGlobal => {
                let mark = self.u.next;
                let t = self.temp();
                self.load_classdict(t);
                self.u.next = mark;
                let d = self.dst(dst);
                self.emit(Op::LOAD_FROM_DICT_OR_GLOBALS, d, n, t);
                d
            }
        }
    }

    fn dict_or_cell(&mut self, t: Reg, cell: Reg, n: u16, dst: Option<Reg>) -> Reg {
        self.emit(Op::LOAD_FROM_DICT_OR_CELL, t, cell, n);
        match dst {
            Some(d) => {
                self.u.next = t;
                self.mov(d, t);
                d
            }
            None => t,
        }
    }

    fn load_classdict(&mut self, t: Reg) {
        let r = self.u.free_regs["__classdict__"];
        let n = self.name("__classdict__");
        self.emit(Op::LOAD_CELL, t, r, n);
    }

    pub(super) fn store_name(&mut self, name: &str, src: Reg) {
        let mangled = self.mangled(name);
        let name = mangled.as_deref().unwrap_or(name);
        let loc = self.resolve(name);
        match loc {
            Loc::Fast(r, _) => self.mov(r, src),
            Loc::Cell(r) | Loc::ClassCell(r) | Loc::ClassDictCell(r) => self.emit(Op::STORE_CELL, r, src, 0),
            Loc::Global => {
                let n = self.name(name);
                self.emit(Op::STORE_GLOBAL, src, n, 0);
            }
            Loc::Name | Loc::ClassDictGlobal => {
                let n = self.name(name);
                self.emit(Op::STORE_NAME, src, n, 0);
            }
        }
    }

    pub(super) fn delete_name(&mut self, name: &str) {
        let mangled = self.mangled(name);
        let name = mangled.as_deref().unwrap_or(name);
        let loc = self.resolve(name);
        let n = self.name(name);
        match loc {
            Loc::Fast(r, _) => self.emit(Op::DELETE_FAST, r, n, 0),
            Loc::Cell(r) | Loc::ClassCell(r) | Loc::ClassDictCell(r) => self.emit(Op::DELETE_CELL, r, n, 0),
            Loc::Global => self.emit(Op::DELETE_GLOBAL, 0, n, 0),
            Loc::Name | Loc::ClassDictGlobal => self.emit(Op::DELETE_NAME, 0, n, 0),
        }
    }

    /// Unbinds a name that may already be unbound, as at the end of `except … as name`.
    pub(super) fn unbind_name(&mut self, name: &str) {
        if let Some(r) = self.fast_register(name) {
            self.emit(Op::LOAD_EMPTY, r, 0, 0);
            return;
        }
        let mark = self.u.next;
        let t = self.temp();
        self.emit(Op::LOAD_NONE, t, 0, 0);
        self.store_name(name, t);
        self.u.next = mark;
        self.delete_name(name);
    }

    /// Names that may not be bound.
    pub(super) fn check_assignable(&self, name: &str, range: TextRange) -> Result<()> {
        if name == "__debug__" {
            return Err(Error::syntax(range, "cannot assign to __debug__"));
        }
        Ok(())
    }
}
