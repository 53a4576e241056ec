# 托盘菜单。

tray-sync-line = { $name } → { $target }
tray-sync-line-paused = { $name } → { $target }  ⏸ 已暂停
tray-sync-line-bad = { $name } → { $target }  ⚠ 请查看
tray-sync-line-held = { $name } → { $target }  ⚠ 已暂停以保护数据
tray-sync = 立即同步
tray-pause = 暂停
tray-pause-hour = 1 小时
tray-pause-tomorrow = 到明天 08:00
tray-pause-resumed = 直到我继续
tray-resume = 继续
tray-open-source = 打开源
tray-open-target = 打开目标
tray-show-problem = 显示问题
tray-sync-all = 立即全部同步
tray-pause-all = 全部暂停
tray-resume-all = 全部继续
tray-recent = 最近的更改
tray-recent-line = { $time }  { $name }
tray-set-up = 设置…
tray-open = 打开 Driftless
tray-quit = 退出
