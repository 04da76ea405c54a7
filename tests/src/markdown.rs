//! The code blocks of Markdown documents.

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What follows the opening fence: `rqg`, `rqg,fragment`, `rqg,fail RQG0101`.
    pub info: String,
    /// The lines between the fences.
    pub text: String,
    /// The line of the opening fence, from 1.
    pub line: usize,
}

/// The blocks of a document, in order. A block that is not closed ends with the document.
#[must_use]
pub fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in document.lines().enumerate() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(Block {
                    info: info.trim().to_owned(),
                    text: String::new(),
                    line: number + 1,
                });
            }
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks.extend(open);
    blocks
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn blocks_keep_their_line_and_info() {
        let found = blocks("a\n```rqg,fail RQG0101\nx\ny\n```\nb\n```sh\nz\n```\n");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].info, "rqg,fail RQG0101");
        assert_eq!(found[0].text, "x\ny\n");
        assert_eq!(found[0].line, 2);
        assert_eq!(found[1].info, "sh");
    }
}
