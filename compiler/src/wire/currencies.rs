//! Currencies by their numbers: some vendors write 643 where others write RUB.

/// Of ISO 4217: the currencies that marketplaces of this part of the world trade in.
const NUMBERS: &[(&str, &str)] = &[
    ("51", "AMD"),
    ("156", "CNY"),
    ("398", "KZT"),
    ("417", "KGS"),
    ("498", "MDL"),
    ("643", "RUB"),
    ("784", "AED"),
    ("840", "USD"),
    ("860", "UZS"),
    ("933", "BYN"),
    ("944", "AZN"),
    ("949", "TRY"),
    ("972", "TJS"),
    ("978", "EUR"),
    ("980", "UAH"),
    ("981", "GEL"),
];

/// `RUB` of 643. `None` for a number that is not in the table: then the amount has no currency, rather than a wrong one.
pub(crate) fn code_of(number: &str) -> Option<&'static str> {
    NUMBERS
        .iter()
        .find(|(known, _)| *known == number)
        .map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_currency_if_it_is_known() {
        assert_eq!(code_of("643"), Some("RUB"));
        assert_eq!(code_of("51"), Some("AMD"));
        assert_eq!(code_of("999"), None);
    }
}
