//! The serial ports of this machine by their stable names, what adapter each is, and who holds it. Reads `/dev`, `/sys` and
//! `/proc`; opens no port.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use vigil_protocols::doctor::KernelCounters;

/// One serial port.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// Where it is plugged in, under `/dev/serial/by-path`: stays the same whatever is plugged in there.
    pub by_path: Option<PathBuf>,
    /// Which adapter it is, under `/dev/serial/by-id`: goes with the adapter.
    pub by_id: Option<PathBuf>,
    /// The name of this moment, `/dev/ttyUSB0`.
    pub device: PathBuf,
    /// Driver of the adapter, `ftdi_sio`.
    pub driver: Option<String>,
    /// What the adapter says it is.
    pub product: Option<String>,
    /// Serial number of the adapter.
    pub serial: Option<String>,
    /// The hub that it hangs on, in the words of the bus: `1-1.2`. Ports of one hub are lost together.
    pub hub: Option<String>,
    /// Programs that have it open, with their process ids, as far as this user may see them.
    pub holders: Vec<(u32, String)>,
}

impl Port {
    /// The name to write into a configuration.
    pub fn stable_name(&self) -> &Path {
        self.by_path.as_deref().or(self.by_id.as_deref()).unwrap_or(&self.device)
    }
}

/// All serial ports, by stable name. A folder that is not there is no error: there are no ports then.
pub fn list() -> Vec<Port> {
    list_in(Path::new("/"))
}

/// As [`list`], below another root: for tests.
pub fn list_in(root: &Path) -> Vec<Port> {
    let by_path = links(&root.join("dev/serial/by-path"));
    let by_id = links(&root.join("dev/serial/by-id"));
    let mut ports = Vec::new();
    for name in names(&root.join("sys/class/tty")) {
        let sys = root.join("sys/class/tty").join(&name).join("device");
        let Ok(place) = fs::canonicalize(&sys) else { continue }; // a console or pseudo-terminal
        let driver = fs::read_link(sys.join("driver")).ok().and_then(|link| file_name(&link));
        let is_named = |names: &BTreeMap<String, PathBuf>| names.contains_key(&name);
        // A serial chip that nobody has found: the table of the kernel has 32 of them.
        if !is_named(&by_path) && driver.as_deref().is_none_or(|driver| driver == "serial8250" || driver == "port") {
            continue;
        }
        ports.push(Port {
            by_path: by_path.get(&name).cloned(),
            by_id: by_id.get(&name).cloned(),
            device: Path::new("/dev").join(&name),
            driver,
            product: above(&place, "product"),
            serial: above(&place, "serial"),
            hub: hub(&place),
            holders: Vec::new(),
        });
    }
    let holders = holders(&root.join("proc"));
    for port in &mut ports {
        port.holders = holders.get(&port.device).cloned().unwrap_or_default();
    }
    ports.sort_by(|a, b| a.stable_name().cmp(b.stable_name()));
    ports
}

/// The hub that a port hangs on, if it is there and is one of USB.
pub fn hub_of(port: &str) -> Option<String> {
    let name = file_name(&fs::canonicalize(port).ok()?)?;
    hub(&fs::canonicalize(Path::new("/sys/class/tty").join(name).join("device")).ok()?)
}

/// What the kernel has counted in the adapter of a port. Built-in ports say it, to root; drivers of USB adapters do not.
pub fn kernel_counters(port: &str) -> Option<KernelCounters> {
    let name = file_name(&fs::canonicalize(port).ok()?)?;
    let number = name.strip_prefix("ttyS")?.parse().ok()?;
    KernelCounters::from_proc(&fs::read_to_string("/proc/tty/driver/serial").ok()?, number)
}

/// Whether the adapter of this name under `/dev/serial/by-id` is the one at a port.
///
/// # Errors
/// A sentence about what is there instead.
pub fn is_adapter(port: &str, adapter: &str) -> Result<(), String> {
    is_adapter_in(Path::new("/"), port, adapter)
}

fn is_adapter_in(root: &Path, port: &str, adapter: &str) -> Result<(), String> {
    let folder = root.join("dev/serial/by-id");
    let at_port = fs::canonicalize(port).map_err(|error| format!("cannot open serial port {port}: {error}"))?;
    if fs::canonicalize(folder.join(adapter)).is_ok_and(|device| device == at_port) {
        return Ok(());
    }
    let found =
        names(&folder).into_iter().find(|name| fs::canonicalize(folder.join(name)).is_ok_and(|at| at == at_port));
    Err(match found {
        Some(other) => format!(
            "adapter {other} is at {port} instead of {adapter}; put the right one back, or change the configuration"
        ),
        None => format!("adapter {adapter} is not at {port}"),
    })
}

/// The targets' names, `ttyUSB0`, with the links to them.
fn links(folder: &Path) -> BTreeMap<String, PathBuf> {
    let linked = names(folder).into_iter().filter_map(|name| {
        let link = folder.join(&name);
        Some((file_name(&fs::read_link(&link).ok()?)?, link))
    });
    linked.collect()
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
    names.sort();
    names
}

fn file_name(path: &Path) -> Option<String> {
    path.file_name().map(|name| name.to_string_lossy().into_owned())
}

/// What the nearest folder above says of itself under this name.
fn above(place: &Path, name: &str) -> Option<String> {
    let said = place.ancestors().take(5).find_map(|folder| fs::read_to_string(folder.join(name)).ok());
    said.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The hub of a USB adapter: of `…/1-1.2/1-1.2.3/1-1.2.3:1.0/ttyUSB0` it is `1-1.2`.
fn hub(place: &Path) -> Option<String> {
    let is_usb =
        |name: &str| name.contains('-') && name.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
    let adapters: Vec<String> = place.ancestors().filter_map(file_name).filter(|name| is_usb(name)).collect();
    let own = adapters.first()?;
    Some(
        own.rsplit_once('.').map_or_else(|| own.split('-').next().unwrap_or(own).to_owned(), |(hub, _)| hub.to_owned()),
    )
}

/// Who has which device file open. What this user may not see is left out.
fn holders(proc: &Path) -> BTreeMap<PathBuf, Vec<(u32, String)>> {
    let mut holders: BTreeMap<PathBuf, Vec<(u32, String)>> = BTreeMap::new();
    for process in names(proc) {
        let Ok(id) = process.parse::<u32>() else { continue };
        let folder = proc.join(&process);
        let mut open: Vec<PathBuf> =
            names(&folder.join("fd")).iter().filter_map(|fd| fs::read_link(folder.join("fd").join(fd)).ok()).collect();
        open.retain(|path| path.to_string_lossy().starts_with("/dev/tty"));
        open.sort();
        open.dedup();
        for device in open {
            let name = fs::read_to_string(folder.join("comm")).unwrap_or_default().trim().to_owned();
            holders.entry(device).or_default().push((id, name));
        }
    }
    holders
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A machine with a hub of two adapters, one of them in use, and the usual table of chips that are not there.
    fn machine() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        let usb = "sys/devices/pci0/usb1/1-1";
        for (number, serial) in [(0, "A1"), (1, "B2")] {
            let adapter = format!("{usb}/1-1.{}", number + 1);
            let device = format!("{adapter}/1-1.{}:1.0/ttyUSB{number}", number + 1);
            fs::create_dir_all(at(&device)).unwrap();
            fs::write(at(&format!("{adapter}/product")), "FT232R\n").unwrap();
            fs::write(at(&format!("{adapter}/serial")), format!("{serial}\n")).unwrap();
            fs::create_dir_all(at(&format!("sys/class/tty/ttyUSB{number}"))).unwrap();
            symlink(at(&device), at(&format!("sys/class/tty/ttyUSB{number}/device"))).unwrap();
            symlink("/sys/bus/usb/drivers/ftdi_sio", at(&format!("{device}/driver"))).unwrap();
            fs::create_dir_all(at("dev/serial/by-path")).unwrap();
            fs::create_dir_all(at("dev/serial/by-id")).unwrap();
            fs::write(at(&format!("dev/ttyUSB{number}")), "").unwrap();
            symlink(format!("../../ttyUSB{number}"), at(&format!("dev/serial/by-path/usb-0:1.{number}"))).unwrap();
            symlink(format!("../../ttyUSB{number}"), at(&format!("dev/serial/by-id/usb-FTDI_{serial}"))).unwrap();
        }
        fs::create_dir_all(at("sys/devices/platform/serial8250")).unwrap();
        fs::create_dir_all(at("sys/class/tty/ttyS7")).unwrap();
        symlink(at("sys/devices/platform/serial8250"), at("sys/class/tty/ttyS7/device")).unwrap();
        symlink("/sys/bus/platform/drivers/serial8250", at("sys/devices/platform/serial8250/driver")).unwrap();
        fs::create_dir_all(at("sys/class/tty/tty1")).unwrap();
        fs::create_dir_all(at("proc/41/fd")).unwrap();
        fs::write(at("proc/41/comm"), "minicom\n").unwrap();
        symlink("/dev/ttyUSB1", at("proc/41/fd/3")).unwrap();
        symlink("/dev/null", at("proc/41/fd/4")).unwrap();
        root
    }

    #[test]
    fn ports_are_named_by_place_with_their_adapter_and_who_holds_them() {
        let machine = machine();
        let ports = list_in(machine.path());
        assert_eq!(ports.len(), 2, "{ports:#?}");
        let second = &ports[1];
        assert!(second.stable_name().ends_with("dev/serial/by-path/usb-0:1.1"));
        assert_eq!(second.device, Path::new("/dev/ttyUSB1"));
        assert_eq!(second.driver.as_deref(), Some("ftdi_sio"));
        assert_eq!((second.product.as_deref(), second.serial.as_deref()), (Some("FT232R"), Some("B2")));
        assert_eq!(second.holders, [(41, "minicom".to_owned())]);
        assert!(ports[0].holders.is_empty());
        assert_eq!((ports[0].hub.as_deref(), second.hub.as_deref()), (Some("1-1"), Some("1-1")));
        assert!(list_in(&machine.path().join("nowhere")).is_empty());
    }

    #[test]
    fn another_adapter_at_the_place_is_named() {
        let machine = machine();
        let port = machine.path().join("dev/serial/by-path/usb-0:1.0");
        let port = port.to_str().unwrap();
        assert_eq!(is_adapter_in(machine.path(), port, "usb-FTDI_A1"), Ok(()));
        let other = is_adapter_in(machine.path(), port, "usb-FTDI_B2").unwrap_err();
        assert!(other.contains("usb-FTDI_A1 is at"), "{other}");
        assert!(is_adapter_in(machine.path(), "/dev/nowhere", "usb-FTDI_A1").is_err());
    }
}
