//! The icon's pictures, rendered from `icons/tray/*.svg` by `cargo xtask icons` and part of the program, so that no theme can
//! miss them.

use std::io::Cursor;

use driftless_core::tray::Icon;

/// What the icon lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Panel {
    /// Light strokes are seen on it.
    Dark,
    /// Dark strokes are seen on it.
    Light,
}

impl Panel {
    /// As the desktop's appearance says; GNOME's bar is dark in either. Without a word it is dark, as most are.
    pub fn of_desktop() -> Panel {
        let gnome = std::env::var("XDG_CURRENT_DESKTOP").is_ok_and(|name| name.contains("GNOME"));
        if !gnome && light_scheme() == Some(true) { Panel::Light } else { Panel::Dark }
    }
}

/// The portal's `color-scheme`: 2 asks for light.
fn light_scheme() -> Option<bool> {
    let bus = zbus::blocking::connection::Builder::session().ok()?;
    let bus = bus.method_timeout(std::time::Duration::from_millis(300)).build().ok()?;
    let portal = zbus::blocking::Proxy::new(
        &bus,
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.Settings",
    );
    let value: zbus::zvariant::OwnedValue =
        portal.ok()?.call("ReadOne", &("org.freedesktop.appearance", "color-scheme")).ok()?;
    u32::try_from(value).ok().map(|scheme| scheme == 2)
}

macro_rules! pictures {
    ($panel:literal, $icon:expr) => {
        match $icon {
            Icon::Empty => pictures!(@ $panel, "empty"),
            Icon::Synced => pictures!(@ $panel, "synced"),
            Icon::Syncing => pictures!(@ $panel, "syncing"),
            Icon::Paused => pictures!(@ $panel, "paused"),
            Icon::Attention => pictures!(@ $panel, "attention"),
            Icon::Held => pictures!(@ $panel, "held"),
            Icon::Failing => pictures!(@ $panel, "failing"),
        }
    };
    (@ $panel:literal, $word:literal) => {
        [
            include_bytes!(concat!("../../../icons/tray/", $panel, "/", $word, "-22.png")).as_slice(),
            include_bytes!(concat!("../../../icons/tray/", $panel, "/", $word, "-44.png")).as_slice(),
        ]
    };
}

/// In all sizes, as the protocol wants them.
pub fn pixmaps(icon: Icon, panel: Panel) -> Vec<ksni::Icon> {
    let files = match panel {
        Panel::Dark => pictures!("dark", icon),
        Panel::Light => pictures!("light", icon),
    };
    files.iter().filter_map(|file| pixmap(file)).collect()
}

/// RGBA to ARGB in network order.
fn pixmap(file: &[u8]) -> Option<ksni::Icon> {
    let mut reader = png::Decoder::new(Cursor::new(file)).read_info().ok()?;
    let mut data = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut data).ok()?;
    if info.color_type != png::ColorType::Rgba || info.bit_depth != png::BitDepth::Eight {
        return None;
    }
    data.truncate(info.buffer_size());
    data.chunks_exact_mut(4).for_each(|pixel| pixel.rotate_right(1));
    Some(ksni::Icon { width: info.width.cast_signed(), height: info.height.cast_signed(), data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_pictures_and_no_two_are_alike_in_shape() {
        for panel in [Panel::Dark, Panel::Light] {
            let mut shapes = Vec::new();
            for icon in Icon::ALL {
                let all = pixmaps(icon, panel);
                let sizes: Vec<i32> = all.iter().map(|picture| picture.width).collect();
                assert_eq!(sizes, [22, 44], "{icon:?}");
                // The alpha channel alone: shape without colour.
                shapes.push(all[0].data.iter().step_by(4).map(|alpha| *alpha > 127).collect::<Vec<bool>>());
            }
            for (at, one) in shapes.iter().enumerate() {
                for other in &shapes[at + 1..] {
                    let differ = one.iter().zip(other).filter(|(a, b)| a != b).count();
                    assert!(differ >= 8, "two icons differ in {differ} of 484 pixels only");
                }
            }
        }
    }
}
