//! As much of Protocol Buffers as the blocks of IPFS use: varints, and fields that are a number or bytes.

/// Bytes that are no Protocol Buffers message, or one with fields that these blocks have not.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[error("it is cut off, or holds what no such block does")]
pub struct Malformed;

/// The value of a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value<'a> {
    /// Wire type 0.
    Number(u64),
    /// Wire type 2.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    pub const fn number(self) -> Result<u64, Malformed> {
        match self {
            Self::Number(number) => Ok(number),
            Self::Bytes(_) => Err(Malformed),
        }
    }

    pub const fn bytes(self) -> Result<&'a [u8], Malformed> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Number(_) => Err(Malformed),
        }
    }
}

/// The fields of a message, in their order: number and value.
pub fn fields(mut message: &[u8]) -> impl Iterator<Item = Result<(u64, Value<'_>), Malformed>> {
    let mut is_broken = false;
    std::iter::from_fn(move || {
        (!message.is_empty() && !is_broken).then(|| {
            let field = field(&mut message).ok_or(Malformed);
            is_broken = field.is_err();
            field
        })
    })
}

fn field<'a>(rest: &mut &'a [u8]) -> Option<(u64, Value<'a>)> {
    let key = varint(rest)?;
    let value = match key & 7 {
        0 => Value::Number(varint(rest)?),
        2 => Value::Bytes(prefixed(rest)?),
        _ => return None,
    };
    Some((key >> 3, value))
}

/// Takes bytes with their length before them.
pub fn prefixed<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(varint(rest)?).ok()?;
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(bytes)
}

/// Takes a number of at most 64 bits: seven bits a byte, the lowest first.
pub fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        let bits = u64::from(byte & 0x7f);
        if (bits << shift) >> shift != bits {
            return None;
        }
        number |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_at_most_64_bits() {
        let read = |mut bytes: &[u8]| varint(&mut bytes).map(|number| (number, bytes.len()));
        assert_eq!(read(&[0]), Some((0, 0)));
        assert_eq!(read(&[0xac, 0x02, 7]), Some((300, 1)));
        let most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(read(&most), Some((u64::MAX, 0)));
        let mut more = most;
        more[9] = 2;
        assert_eq!(read(&more), None);
        assert_eq!(read(&[0x80; 11]), None);
        assert_eq!(read(&[0x80]), None);
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn fields_are_read_up_to_the_first_that_is_none() {
        let read = |bytes| fields(bytes).collect::<Result<Vec<_>, _>>();
        assert_eq!(read(&[]), Ok(vec![]));
        let message = [0x08, 0x02, 0x12, 0x01, b'a', 0x18, 0x01];
        let expected = vec![(1, Value::Number(2)), (2, Value::Bytes(b"a")), (3, Value::Number(1))];
        assert_eq!(read(&message), Ok(expected));
        for broken in [&message[..4], &[0x12, 0x02, b'a'][..], &[0x0d, 0, 0, 0, 0][..], &[0x08][..]] {
            assert_eq!(read(broken), Err(Malformed), "{broken:?}");
        }
        assert_eq!(fields(&[0x0d, 0x08, 0x02]).count(), 1);
    }
}
