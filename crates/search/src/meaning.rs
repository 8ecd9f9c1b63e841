//! What texts mean, as a model of embeddings has put it into numbers. The model is somebody else's.

/// The largest of a vector's steps.
const STEPS: f32 = 127.0;

/// A direction among those of one model. It is kept in steps of a byte: what the cosine loses by that is a hundred times less than
/// what two tools differ by.
#[derive(Debug, Clone, PartialEq)]
pub struct Meaning {
    steps: Box<[i8]>,
    length: f32,
}

impl Meaning {
    /// Of a vector as the model gave it; nothing for one that has no direction.
    #[must_use]
    pub fn new(vector: &[f32]) -> Option<Self> {
        let largest = vector.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        if !vector.iter().all(|value| value.is_finite()) || largest < f32::MIN_POSITIVE {
            return None;
        }
        #[allow(clippy::cast_possible_truncation, reason = "it is at most 127 either way")]
        let step = |value: &f32| (value / largest * STEPS).round() as i8;
        Some(Self::of(vector.iter().map(step).collect()))
    }

    /// The same as it was kept by [`Self::to_bytes`]; nothing for bytes without a direction.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let steps: Box<[i8]> = bytes.iter().map(|byte| i8::from_ne_bytes([*byte])).collect();
        steps.iter().any(|step| *step != 0).then(|| Self::of(steps))
    }

    /// One byte for each dimension.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.steps.iter().map(|step| step.to_ne_bytes()[0]).collect()
    }

    /// How many dimensions it has.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.steps.len()
    }

    /// The cosine between them, from -1 to 1; nothing for meanings of different models.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> Option<f32> {
        if self.steps.len() != other.steps.len() {
            return None;
        }
        Some(product(&self.steps, &other.steps) / (self.length * other.length))
    }

    fn of(steps: Box<[i8]>) -> Self {
        let length = product(&steps, &steps).sqrt();
        Self { steps, length }
    }
}

fn product(a: &[i8], b: &[i8]) -> f32 {
    let sum: i32 = a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
    #[allow(clippy::cast_precision_loss, reason = "a rounded sum is as good")]
    let sum = sum as f32;
    sum
}

#[cfg(test)]
mod tests {
    use super::Meaning;

    #[test]
    fn likeness_is_the_cosine() {
        let check = |a: &[f32], b: &[f32], expected: f32| {
            let (a, b) = (Meaning::new(a).unwrap(), Meaning::new(b).unwrap());
            let found = a.likeness(&b).unwrap();
            assert!((found - expected).abs() < 0.01, "{found} is not {expected}");
            let kept = Meaning::from_bytes(&a.to_bytes()).unwrap();
            assert_eq!(kept, a);
        };
        check(&[1.0, 0.0], &[5.0, 0.0], 1.0);
        check(&[1.0, 0.0], &[0.0, 0.1], 0.0);
        check(&[0.3, -0.4], &[-0.3, 0.4], -1.0);
        check(&[0.02, 0.01, 0.0], &[0.01, 0.02, 0.0], 0.8);
        check(&[1e-30, 1e-30], &[1e30, 0.0], std::f32::consts::FRAC_1_SQRT_2);
    }

    #[test]
    fn what_has_no_direction_is_no_meaning() {
        for vector in [&[][..], &[0.0, 0.0], &[1.0, f32::NAN], &[f32::INFINITY, 1.0]] {
            assert_eq!(Meaning::new(vector), None, "{vector:?}");
        }
        assert_eq!(Meaning::from_bytes(&[]), None);
        assert_eq!(Meaning::from_bytes(&[0, 0]), None);
        let (two, three) = (Meaning::new(&[1.0, 1.0]), Meaning::new(&[1.0, 1.0, 1.0]));
        assert_eq!(two.unwrap().likeness(&three.unwrap()), None);
    }
}
