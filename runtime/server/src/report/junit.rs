//! JUnit's XML, which test servers show: a case for each kind of statement that was executed, and
//! a failed case for each outcome and SQLSTATE that is a failure. Known issues are skipped cases.

use super::About;
use crate::executor::Summary;
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

/// The summary as JUnit's XML.
///
/// # Errors
///
/// Never in practice: all of it can be written as XML.
pub fn junit(about: &About<'_>, summary: &Summary) -> Result<String, SerializeError> {
    let mut suite = TestSuite::new(about.name);
    suite.set_time(summary.elapsed);
    suite.add_property(("identity", about.identity));
    suite.add_property(("server", about.server));
    if let Some(row) = &summary.prepared {
        suite.add_property(("prepared", row.to_string().as_str()));
    }
    for row in &summary.kinds {
        let mut case = TestCase::new(row.kind.to_string(), TestCaseStatus::success());
        case.set_classname("statements");
        case.set_system_out(format!(
            "{} executed, {} failed, {} rows, {} changed",
            row.executed, row.failed, row.rows, row.affected
        ));
        suite.add_test_case(case);
    }
    for row in summary
        .outcomes
        .iter()
        .filter(|row| row.outcome.is_failure())
    {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let mut name = format!("{} {}", row.outcome, row.sqlstate);
        status.set_type(name.clone());
        if let Some(first) = &row.first {
            name = format!("{name} {}", first.kind);
            status.set_message(first.message.as_str());
            status.set_description(format!(
                "{} units, first seed {} index {}: {}",
                row.count, about.seed, first.index, first.statement
            ));
        }
        let mut case = TestCase::new(name, status);
        case.set_classname("outcomes");
        suite.add_test_case(case);
    }
    for row in &summary.known {
        let mut status = TestCaseStatus::skipped();
        status.set_message(format!("{} units", row.count));
        let mut case = TestCase::new(row.issue.as_str(), status);
        case.set_classname("known issues");
        suite.add_test_case(case);
    }
    let mut report = Report::new(about.name);
    report.set_time(summary.elapsed);
    report.add_test_suite(suite);
    report.to_string()
}
