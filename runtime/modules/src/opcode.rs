//! `_opcode`: facts about CPython's instruction set, which `opcode` and `dis` are written against.
//!
//! Taipan's own instructions are others. The tables here describe the numbers that `opcode.opmap` names, so that programs
//! which look names up still find them; what would be computed for a code object of another machine is refused.

use taipan_compiler::isa::{Instr, Op, Operand};
use taipan_vm::interp::trace::offset;
use taipan_vm::native::*;

pub struct Opcode;

type Ranges = &'static [(i32, i32)];

const VALID: Ranges = &[(0, 120), (128, 211), (234, 266)];
const ARGUMENT: Ranges = &[
    (44, 120),
    (128, 128),
    (143, 153),
    (155, 195),
    (197, 197),
    (200, 200),
    (209, 211),
    (237, 237),
    (239, 239),
    (241, 245),
    (247, 251),
    (253, 253),
    (255, 255),
    (257, 261),
    (263, 266),
];
const CONSTANT: Ranges = &[(82, 82), (190, 191)];
const NAME: Ranges = &[
    (61, 61),
    (64, 65),
    (72, 73),
    (80, 80),
    (91, 93),
    (96, 96),
    (110, 110),
    (115, 116),
    (179, 179),
    (189, 189),
    (194, 195),
    (200, 200),
    (249, 249),
];
const JUMP: Ranges = &[(68, 68), (70, 70), (75, 77), (100, 103), (106, 106), (172, 176), (237, 237), (248, 248), (257, 260)];
const FREE: Ranges = &[(62, 62), (90, 90), (97, 97), (111, 111)];
const LOCAL: Ranges = &[(3, 3), (63, 63), (83, 89), (112, 114), (261, 261), (266, 266)];
const HANDLER: Ranges = &[(263, 265)];

fn within(ranges: Ranges, opcode: i32) -> bool {
    ranges.iter().any(|r| (r.0..=r.1).contains(&opcode))
}

fn strings(t: &Thread, texts: &[&str]) -> Result<Ref<List>> {
    let list = List::with_capacity(t, texts.len())?;
    for s in texts {
        list.append(t, Str::intern_str(t, s)?.value())?;
    }
    Ok(list)
}

/// Binary operators by their number.
const OPERATORS: &[(&str, &str)] = &[
    ("NB_ADD", "+"),
    ("NB_AND", "&"),
    ("NB_FLOOR_DIVIDE", "//"),
    ("NB_LSHIFT", "<<"),
    ("NB_MATRIX_MULTIPLY", "@"),
    ("NB_MULTIPLY", "*"),
    ("NB_REMAINDER", "%"),
    ("NB_OR", "|"),
    ("NB_POWER", "**"),
    ("NB_RSHIFT", ">>"),
    ("NB_SUBTRACT", "-"),
    ("NB_TRUE_DIVIDE", "/"),
    ("NB_XOR", "^"),
];

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "ENABLE_SPECIALIZATION", Value::TRUE)?;
    m.set(t, "ENABLE_SPECIALIZATION_FT", Value::TRUE)
}

/// Opcode support module.
#[pymodule(name = "_opcode", init = init)]
impl Opcode {
    /// The instructions of a code object: name, offset, number of cache words, and operands: kind, number, and what the number
    /// stands for.
    #[py("($module, code, /)")]
    fn instructions(t: &Thread, code: Ref<Code>) -> Result<Ref<List>> {
        let (out, words) = (List::new(t)?, &code.unit.code);
        let mut at = 0;
        while let Some(&word) = words.get(at) {
            let instr = Instr(word);
            let Some(op) = Op::from_u16(instr.op()) else {
                return Err(t.value_error("not an instruction"));
            };
            let (info, operands) = (op.info(), List::new(t)?);
            let fields = [instr.a(), instr.b(), instr.c()];
            let signed = [fields[0] as i16 as i64, instr.b_signed() as i64, instr.c_signed() as i64];
            for (i, &kind) in info.operands.iter().enumerate() {
                let wide = i64::from(instr.imm32());
                let (kind, n) = match kind {
                    Operand::None | Operand::High => continue,
                    Operand::Read | Operand::Write | Operand::ReadWrite | Operand::Base => ("register", fields[i] as i64),
                    Operand::Imm32 if op == Op::LOADK_WIDE => ("constant", wide),
                    Operand::Const => ("constant", fields[i] as i64),
                    Operand::Name => ("name", fields[i] as i64),
                    Operand::Count => ("count", fields[i] as i64),
                    Operand::Imm16 => ("number", signed[i]),
                    Operand::Imm32 => ("number", wide),
                    Operand::Jump16 => ("jump", offset((at as i64 + signed[i]) as usize)),
                    Operand::Jump32 => ("jump", offset((at as i64 + wide) as usize)),
                };
                let meant = match kind {
                    "constant" => code.consts().get(n as usize).unwrap_or(Value::NONE),
                    "name" => match code.unit.names.get(n as usize) {
                        Some(name) => Str::intern_str(t, name)?.value(),
                        None => Value::NONE,
                    },
                    _ => t.int(n)?,
                };
                operands.append(t, (kind, n, meant).into_value(t)?)?;
            }
            let row = (info.name, offset(at), info.cache_words, operands.value()).into_value(t)?;
            out.append(t, row)?;
            at += op.len();
        }
        Ok(out)
    }
    /// Compute the stack effect of the opcode.
    #[py("($module, opcode, oparg=None, /, *, jump=None)")]
    fn stack_effect(t: &Thread, opcode: i32, oparg: OrNone<i32>, jump: OrNone<Value>) -> Result<i32> {
        if jump.0.is_some_and(|j| !j.is_bool()) {
            return Err(t.value_error("stack_effect: jump must be False, True or None"));
        }
        let _ = oparg;
        if !within(VALID, opcode) {
            return Err(t.value_error("invalid opcode or oparg"));
        }
        Err(t.not_implemented_error("stack_effect: instructions have registers here, and no value stack"))
    }
    /// Return True if opcode is valid, False otherwise.
    #[py("($module, /, opcode)")]
    fn is_valid(_t: &Thread, opcode: i32) -> bool {
        within(VALID, opcode)
    }
    /// Return True if the opcode uses its oparg, False otherwise.
    #[py("($module, /, opcode)")]
    fn has_arg(_t: &Thread, opcode: i32) -> bool {
        within(ARGUMENT, opcode)
    }
    /// Return True if the opcode accesses a constant, False otherwise.
    #[py("($module, /, opcode)")]
    fn has_const(_t: &Thread, opcode: i32) -> bool {
        within(CONSTANT, opcode)
    }
    /// Return True if the opcode accesses an attribute by name, False otherwise.
    #[py("($module, /, opcode)")]
    fn has_name(_t: &Thread, opcode: i32) -> bool {
        within(NAME, opcode)
    }
    /// Return True if the opcode has a jump target, False otherwise.
    #[py("($module, /, opcode)")]
    fn has_jump(_t: &Thread, opcode: i32) -> bool {
        within(JUMP, opcode)
    }
    /// Return True if the opcode accesses a free variable, False otherwise.
    ///
    /// A variable is free here if an inner scope refers to it, or if it belongs
    /// to an outer scope and this one refers to it; global and builtin
    /// variables are not.
    #[py("($module, /, opcode)")]
    fn has_free(_t: &Thread, opcode: i32) -> bool {
        within(FREE, opcode)
    }
    /// Return True if the opcode accesses a local variable, False otherwise.
    #[py("($module, /, opcode)")]
    fn has_local(_t: &Thread, opcode: i32) -> bool {
        within(LOCAL, opcode)
    }
    /// Return True if the opcode sets an exception handler, False otherwise.
    #[py("($module, /, opcode)")]
    fn has_exc(_t: &Thread, opcode: i32) -> bool {
        within(HANDLER, opcode)
    }
    /// Return the specialization stats
    #[py("($module, /)")]
    fn get_specialization_stats(_t: &Thread) -> Value {
        Value::NONE
    }
    /// Return the executor object at offset in code if exists, None otherwise.
    #[py("($module, /, *, code, offset)")]
    fn get_executor(t: &Thread, code: Value, offset: i32) -> Result<Value> {
        let _ = offset;
        if code.downcast::<Code>().is_none() {
            return Err(t.type_error(format!("expected a code object, not '{}'", class_of(code).name_string())));
        }
        Err(t.runtime_error("Executors are not available in this build"))
    }
    /// Return a list of names of the binary intrinsics.
    #[py("($module, /)")]
    fn get_intrinsic1_descs(t: &Thread) -> Result<Ref<List>> {
        let names = [
            "INTRINSIC_1_INVALID",
            "INTRINSIC_PRINT",
            "INTRINSIC_IMPORT_STAR",
            "INTRINSIC_STOPITERATION_ERROR",
            "INTRINSIC_ASYNC_GEN_WRAP",
            "INTRINSIC_UNARY_POSITIVE",
            "INTRINSIC_LIST_TO_TUPLE",
            "INTRINSIC_TYPEVAR",
            "INTRINSIC_PARAMSPEC",
            "INTRINSIC_TYPEVARTUPLE",
            "INTRINSIC_SUBSCRIPT_GENERIC",
            "INTRINSIC_TYPEALIAS",
        ];
        strings(t, &names)
    }
    /// Return a list of names of the binary intrinsics.
    #[py("($module, /)")]
    fn get_intrinsic2_descs(t: &Thread) -> Result<Ref<List>> {
        let names = [
            "INTRINSIC_2_INVALID",
            "INTRINSIC_PREP_RERAISE_STAR",
            "INTRINSIC_TYPEVAR_WITH_BOUND",
            "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS",
            "INTRINSIC_SET_FUNCTION_TYPE_PARAMS",
            "INTRINSIC_SET_TYPEPARAM_DEFAULT",
        ];
        strings(t, &names)
    }
    /// Return a list of special method names.
    #[py("($module, /)")]
    fn get_special_method_names(t: &Thread) -> Result<Ref<List>> {
        strings(t, &["__enter__", "__exit__", "__aenter__", "__aexit__"])
    }
    /// Return array of symbols of binary ops.
    ///
    /// Indexed by the BINARY_OP oparg value.
    #[py("($module, /)")]
    fn get_nb_ops(t: &Thread) -> Result<Ref<List>> {
        let list = List::new(t)?;
        let plain = OPERATORS.iter().map(|o| (o.0.to_owned(), o.1.to_owned()));
        let in_place = OPERATORS.iter().map(|o| (o.0.replacen("NB_", "NB_INPLACE_", 1), format!("{}=", o.1)));
        for pair in plain.chain(in_place).chain([("NB_SUBSCR".to_owned(), "[]".to_owned())]) {
            list.append(t, pair.into_value(t)?)?;
        }
        Ok(list)
    }
}
