# 监视程序看不到的内容。$errno 是系统给出的错误号。

sight-unreadable = 无法读取源中的文件夹 { $path }（{ $errno ->
        [13] 没有权限
        [5] 磁盘报告错误
        [110] 没有应答
       *[other] 错误 { $errno }
    }）；其中的更改不会被发现。
    .remedy = 请让此用户可以读取它，或把它排除。会不时再次查看。
sight-limit = 系统最多允许此用户监视 { $limit } 个文件夹，因此 /{ $path } 之下的更改只会不时检查。
    .remedy = 请提高上限：sudo sysctl fs.inotify.max_user_watches={ $wanted }
sight-polling = 源所在的文件系统（{ $filesystem }）不报告他人所作的更改；会不时检查。
    .remedy = 如果更改必须立即传送，请在存放文件的机器上运行 Driftless。
sight-polling-inside = 源中的文件夹 { $path } 所在的文件系统（{ $filesystem }）不报告他人所作的更改；会不时检查。
    .remedy = 如果它已在别处备份，请把它排除；或在存放文件的机器上运行 Driftless。
sight-no-source = 源 { $source } 不存在或无法监视（{ $errno ->
        [2] 没有此文件夹
        [13] 没有权限
        [20] 不是文件夹
        [110] 没有应答
       *[other] 错误 { $errno }
    }）。目标上没有删除任何内容。
    .remedy = 请创建文件夹或挂载磁盘；任务会自动继续。
look-failed = 无法查看 { $path }（{ $errno ->
        [13] 没有权限
        [5] 磁盘报告错误
       *[other] 错误 { $errno }
    }）；它在等待。
    .remedy = 请让此用户可以读取它，或把它排除。会自动重试。
look-links-cut = { $source } 中有一个文件有多个名称，而源太大，无法全部找出：未找到的名称在目标上保持原样，直到下次全量同步。
    .remedy = 如有必要，请启动全量同步：driftlessd sync
    .window = 如有必要，请选择“立即同步”。
