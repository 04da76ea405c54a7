//! Literals of generated code.

use crate::hir::Distribution;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// A whole number without a suffix.
pub(super) fn number(number: i64) -> TokenStream {
    let digits = Literal::u64_unsuffixed(number.unsigned_abs());
    if number < 0 {
        quote! { -#digits }
    } else {
        quote! { #digits }
    }
}

/// A fractional number.
pub(super) fn fractional(number: f64) -> TokenStream {
    if !number.is_finite() {
        let bits = Literal::u64_unsuffixed(number.to_bits());
        return quote! { f64::from_bits(#bits) };
    }
    let digits = Literal::f64_unsuffixed(number.abs());
    if number.is_sign_negative() {
        quote! { -#digits }
    } else {
        quote! { #digits }
    }
}

/// The bytes of a text.
pub(super) fn bytes(text: &str) -> Literal {
    Literal::byte_string(text.as_bytes())
}

/// A distribution.
pub(super) fn distribution(distribution: Distribution) -> TokenStream {
    match distribution {
        Distribution::Uniform => quote! { Distribution::Uniform },
        Distribution::Zipf(s) => {
            let s = fractional(s);
            quote! { Distribution::Zipf(#s) }
        }
        Distribution::Normal(mean, deviation) => {
            let (mean, deviation) = (fractional(mean), fractional(deviation));
            quote! { Distribution::Normal(#mean, #deviation) }
        }
        Distribution::Exponential(mean) => {
            let mean = fractional(mean);
            quote! { Distribution::Exponential(#mean) }
        }
        Distribution::Geometric(p) => {
            let p = fractional(p);
            quote! { Distribution::Geometric(#p) }
        }
    }
}
