//! Tables that become profiles, and tables that are refused with every problem at its place.

use proptest::prelude::*;

use super::*;
use crate::modbus::{Data, Table, UnitId};

const ABOUT: About<'_> = About { name: "boiler-2", title: "A boiler", origin: "boiler.csv" };

const GOOD: &str = "\u{feff}# exported from a spreadsheet\n\
Table;Address;Label;Type;Scale;Unit;Period;Absent;low;high;States;Alarm;Bit;word order;identity;length\n\
holding-registers;0x10;Flow temp;i16;0.1;Cel;1s;0x8000;-20;120;;;;;;\n\
FC03;17;Return temp;i16;0.1;Cel;1s;-32768;;;;;;;;\n\
3;20;\"Heat, \"\"total\"\"\";u32;;;1s;;;;;;;low-first;;\n\
3;24;Mode;u16;;;1s;;;;0=-|1=off|2=on|3=fault!;;;;;\n\
\n\
discrete inputs;3;Door;;;;500ms;;;;;Door open;;;;\n\
3;25;Pump;bit;;;1s;;;;;Pump stopped;4;;;\n\
holding-registers;100;Number;text;;;1min;;;;;;;;serial;4\n";

#[test]
fn a_table_becomes_a_profile_that_reads_it() {
    let text = import(GOOD, &ABOUT).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let profile = RegisterProfile::parse(&text, "boiler-2").unwrap();
    let plan: Vec<String> = profile.read_plan(UnitId(1)).iter().map(|read| read.request.to_string()).collect();
    assert_eq!(
        plan,
        [
            "unit 1: 1 discrete-inputs from 3",
            "unit 1: 2 holding-registers from 16",
            "unit 1: 2 holding-registers from 20",
            "unit 1: 2 holding-registers from 24",
            "unit 1: 4 holding-registers from 100",
        ],
        "neighbours are joined, and what nobody named is not read"
    );
    let reports = profile.reports(Table::HoldingRegisters, 16, &Data::Registers(vec![215, 0x8000]));
    let said: Vec<String> = reports.iter().map(crate::json::line).collect();
    assert!(said[0].contains("\"MDCX_BOILER_2_FLOW_TEMP\"") && said[0].contains("\"21.5\""), "{said:?}");
    assert!(said[1].contains("not-available"), "{said:?}");
    let reports = profile.reports(Table::HoldingRegisters, 24, &Data::Registers(vec![3, 1 << 4]));
    let alarms: Vec<_> = reports
        .iter()
        .filter_map(|report| match report {
            vigil_model::Report::Alarm(alarm) => Some((alarm.text.to_string(), alarm.present)),
            _ => None,
        })
        .collect();
    assert_eq!(alarms, [("Mode: fault".to_owned(), true), ("Pump stopped".to_owned(), true)]);
}

#[test]
fn every_problem_is_told_at_its_line_and_column() {
    let refused = |table: &str| {
        let problems = import(table, &ABOUT).unwrap_err();
        problems.into_iter().map(|problem| (problem.line, problem.column, problem.message)).collect::<Vec<_>>()
    };
    let found = refused("table,address,labell\n1,2,3\n");
    assert_eq!((found[0].0, found[0].1), (1, 1));
    assert_eq!((found[1].0, found[1].1), (1, 15));
    let found = refused("table,address,label,absent,length\nholding,1,A,1 x,9z\n4,70000,B,,\n4,2,,,\n");
    let places: Vec<(usize, usize)> = found.iter().map(|(line, column, _)| (*line, *column)).collect();
    assert_eq!(places, [(2, 1), (2, 17), (3, 3), (4, 1)], "{found:?}");
    // What only the profile's own check knows is told at the cell that it comes from.
    let found = refused(
        "table,address,label,type,unit,scale,period\n4,1,A,u17,Cel,,1s\n4,2,B,u16,furlong,0.0.1,1 h\n4,3,C,f32,,,1s\n",
    );
    let places: Vec<(usize, usize)> = found.iter().map(|(line, column, _)| (*line, *column)).collect();
    assert_eq!(places, [(2, 7), (3, 11), (3, 19), (3, 25), (4, 7)], "{found:?}");
    let found = refused("table,address,label\n4,1,\"never ends\n4,2,B\n");
    assert_eq!((found[0].0, found[0].1), (2, 5));
    assert!(refused("table,address,label\n")[0].2.contains("no row"));
    assert!(refused("")[0].2.contains("no row"));
}

proptest! {
    #[test]
    fn any_table_is_survived(text in "[a-z0-9,;\"\\n|=!x. -]{0,200}") {
        let _ = import(&text, &ABOUT);
        let damaged = GOOD.replacen("Cel", &text, 1);
        if let Ok(text) = import(&damaged, &ABOUT) {
            prop_assert!(RegisterProfile::parse(&text, "x").is_ok());
        }
    }
}
