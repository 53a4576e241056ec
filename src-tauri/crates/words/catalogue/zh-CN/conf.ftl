# 配置文件的问题。总带有位置；$key 是文件中的键名。

conf-syntax = 这不是 TOML：{ $message }。
    .remedy = 请在此改正；此处之后的内容没有读取。
conf-not-utf8 = 文件从这里起不是 UTF-8 编码。
    .remedy = 请在编辑器中以 UTF-8 保存。
conf-text-not-utf8 = { $key } 的值不是 UTF-8：{ $value }
    .remedy = 请用 UTF-8 书写。名称不是 UTF-8 的文件夹不能写进配置；请重命名。
conf-too-large = 文件超过 { $limit } 字节。
    .remedy = 配置不会这么大：请检查是否选对了文件。
conf-value = 无法读取配置：{ $message }。
    .remedy = 请改正其中指出的值。
conf-key-unknown = { $table ->
    [sync] 同步任务没有 { $key } 这个键。
    *[other] 这里没有 { $key } 这个键。
 }
    .remedy = 请去掉它，或在参考手册中查找名称。
conf-key-unknown-near = 这里没有 { $key } 这个键。
    .remedy = 也许应为 { $near }。
conf-key-elsewhere = { $key } 不属于{ $table ->
    [settings] settings
    [app] app
    [sync] 同步任务本身
    *[other] 这里
 }。
    .remedy = { $other ->
    [settings] 请写在 settings 下。
    [app] 请写在 app 下。
    [sync] 请写在需要它的各个任务中。
    *[other] 请写在表 { $other } 中。
 }
conf-key-hook = { $key } 是 lsyncd 的脚本钩子，声明式配置中没有它。
    .remedy = 请保留为 lsyncd.conf 并整体运行：driftlessd CONFIG
conf-key-removed = { $key } 已在 lsyncd 2.2.0 中移除。
    .remedy = 请去掉它：更改以任意长度的列表交给 rsync。
conf-key-kind = { $kind } 类型的同步任务不接受 { $key }。
    .remedy = 请去掉它，或选择接受它的类型：{ $kinds }。
conf-key-missing = { $key ->
    [kind] 同步任务没有写类型。
    [source] 同步任务没有源。
    *[other] 同步任务需要 { $key }。
 }
    .remedy = { $key ->
    [kind] 请写 kind = "rsync"、"rsyncssh" 或 "direct"。
    [source] 请写要监视的文件夹：source = "/the/folder"
    [target] 请写目的地：target = "/a/folder" 或 "user@host::module"
    [host] 请写对方的机器：host = "user@machine"
    *[other] 请写对方的文件夹：targetdir = "/a/folder"
 }
conf-type = { $key } 在这里是{ $found ->
    [bool] 真假值
    [integer] 整数
    [number] 数字
    [text] 文本
    [list] 列表
    [table] 表
    [date] 日期
    *[function] 函数
 }。
    .remedy = { $wanted ->
    [bool] 请写 true 或 false，不加引号。
    [integer] 请写整数，不加引号。
    [number] 请写数字，不加引号。
    [text] 请写带引号的文本。
    [texts] 请写文本，或文本的列表。
    [list] 请写文本的列表。
    [tables] 请把每个任务写成单独的表，放在 [[sync]] 下。
    *[table] 请写一个表。
 }
conf-range = { $key } 为 { $value }，超出范围。
    .remedy = { $unit ->
    [none] 可用 { $min } 到 { $max }。
    *[other] 可用 { $min } 到 { $max } { $unit }。
 }
conf-range-min = { $key } 为 { $value }，太小。
    .remedy = { $unit ->
    [none] 最小为 { $min }。
    *[other] 最小为 { $min } { $unit }。
 }
conf-range-max = { $key } 为 { $value }，太大。
    .remedy = { $unit ->
    [none] 最大为 { $max }。
    *[other] 最大为 { $max } { $unit }。
 }
conf-choice = { $key } 不能是 { $value }。
    .remedy = 请选择其一：{ $choices }。
conf-exit-code = { $key } 中的 { $value } 不是退出码。
    .remedy = 退出码是 0 到 255 的数字。

lua-syntax = 这不是 Lua：{ $message }
    .remedy = 请改正这一行或上一行。
lua-error = 文件因 Lua 错误而停止：{ $message }
    .remedy = 请改正其中指出的内容；lsyncd 也会在此停止。
lua-endless = 文件运行不到尽头：已在此停止。
    .remedy = 请查找没有终点的循环，或对很长文本的搜索。
lua-memory = 文件占用超过 { $limit } MB 内存，已停止。
    .remedy = 请查找无限增长的文本或表。
lua-too-deep = 这里的表或相互包含的文件嵌套过深。
    .remedy = 请查找包含自身的表或文件。
lua-too-much = 文件配置的内容多得不合常理：已在此停止。
    .remedy = 请查找反复调用 sync 的循环。
lua-binary = 这不是文本文件。
    .remedy = 请给出 Lua 源代码；不读取编译过的 Lua。
lua-refused = 读取配置时不能使用 { $name }。
    .remedy = 读取文件时不得越出文件本身。请直接写值，或用 os.getenv 或 dofile。
lua-file = 无法包含 { $name }：{ $reason }
    .remedy = 文件可以包含自己文件夹之下的其他文件。
lsyncd-no-table = { $name } 需要一个表。
    .remedy = 请写 { $name }，然后在花括号中写各键。
lsyncd-nothing-to-watch = 文件中没有同步任务，没有可监视的内容。
    .remedy = 请添加带有 default.rsync、源和目标的 sync。
lsyncd-positional = 这里有一个没有键的值：{ $value }
    .remedy = 请写 键 = 值。
lsyncd-parallel-rsyncssh = 使用 default.rsyncssh 的任务一次只运行一个传输。
    .remedy = 请去掉 maxProcesses，或设为 1。
lsyncd-comment = 无法读取给 Driftless 的注释：{ $message }
    .remedy = 请写 键 = 值，文本用双引号。
lsyncd-comment-place = 这里关于 { $key } 的 Driftless 注释不属于任何任务。
    .remedy = 请写进所属任务的花括号内；app.key = value 可以写在任何地方。
lsyncd-note-hook = 任务 { $number } 的 { $key } 是脚本，未带入；任务的其余部分已带入。
    .remedy = 此版本不运行脚本。请去掉它，或把此任务留给 lsyncd。
lsyncd-note-tunnel = 任务 { $number } 的隧道未带入；任务的其余部分已带入。
    .remedy = 请单独启动隧道，或让 rsync 通过 ssh 连接。
lsyncd-note-script = 任务 { $number } 完全由脚本构成，未带入。
    .remedy = 此版本不运行脚本。请去掉它，或把此任务留给 lsyncd。
lsyncd-note-no-default = 任务 { $number } 没有写 default.rsync、default.rsyncssh 或 default.direct，不起作用，已略去。
    .remedy = 请把其中之一写在花括号的最前面。
