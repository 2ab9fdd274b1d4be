use super::*;

#[test]
fn a_page_stands_alone() {
    let html = framed("a < b", "<p>x</p>", None).unwrap();
    assert!(
        html.contains("<title>a &#60; b</title>") || html.contains("<title>a &lt; b</title>"),
        "{html}"
    );
    assert!(html.contains("<p>x</p>"));
    assert!(html.len() < MOST_BYTES);
}
