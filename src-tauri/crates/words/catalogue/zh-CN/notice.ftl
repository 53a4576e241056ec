# 通知。

notice-failing = { $name } 自 { $time } 起未备份
notice-held = { $name } 已暂停以保护数据
notice-recovered = { $name } 已恢复备份
notice-recovered-body = { $count ->
    [0] 历时 { $span }。
   *[other] 历时 { $span }；发送了 { $count } 个文件。
}
notice-no-tray = 此桌面不显示托盘图标
notice-no-tray-body = Driftless 照常工作。再次启动它即可打开窗口。
notice-details = 显示详情
notice-enter-password = 输入密码
notice-try-now = 立即重试
notice-snooze = 一天后再提醒
